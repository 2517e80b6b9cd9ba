using System.Net.Sockets;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;
using Polly;
using Polly.Retry;

namespace PaxosSM.Transport.Tcp;

/// <summary>Keeps the connection to one member up, for as long as it is one. Used only to send; the other side says no
/// more than why it refuses.</summary>
internal sealed class Dialer
{
    private readonly TransportContext _context;
    private readonly Peer _peer;
    private readonly ResiliencePipeline<bool> _pauses;

    public Dialer(TransportContext context, Peer peer)
    {
        _context = context;
        _peer = peer;
        _pauses = new ResiliencePipelineBuilder<bool> { TimeProvider = context.Time }
            .AddRetry(new RetryStrategyOptions<bool>
            {
                ShouldHandle = static attempt => new(!attempt.Outcome.Result),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = context.Options.ReconnectDelay,
                MaxDelay = context.Options.ReconnectDelayMax,
                MaxRetryAttempts = int.MaxValue,
            })
            .Build();
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _peer.Leaving.Token);
        try
        {
            while (true)
            {
                // Each success begins the pauses anew.
                await _pauses.ExecuteAsync(static (dialer, token) => dialer.ConnectAsync(token), this, either.Token)
                    .ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            _peer.SetUnreachable("this node stops");
        }
        catch (Exception exception)
        {
            _context.Log.Unexpected(exception);
            _peer.SetUnreachable($"given up: {exception.Message}");
            throw;
        }
    }

    /// <returns>Whether the connection lived long enough to count as one.</returns>
    private async ValueTask<bool> ConnectAsync(CancellationToken cancellationToken)
    {
        var began = _context.Time.GetTimestamp();
        string reason;
        try
        {
            using var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            using var registration = cancellationToken.UnsafeRegister(
                static connection => ((Connection)connection!).Shutdown("this node stops"), connection);
            reason = await ServeAsync(connection).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (Connection.IsOfTheWire(exception) && !cancellationToken.IsCancellationRequested)
        {
            reason = exception is OperationCanceledException ? "no connection in time" : exception.Message;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_peer.SetUnreachable(reason))
        {
            _context.Log.Unreachable(_peer.Member.Name, reason);
        }

        return _context.Time.GetElapsedTime(began) >= _context.Options.StableAfter;
    }

    private async Task<Connection> OpenAsync(CancellationToken cancellationToken)
    {
        var address = HostAddress.Parse(_peer.Member.Address);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            SocketTuning.Apply(socket, _context.Options.StallMax);
            using CancellationTokenSource timeout = new(_context.Options.ConnectTimeout, _context.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            await socket.ConnectAsync(address.EndPoint, either.Token).ConfigureAwait(false);
            return new(socket, blocking: false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<string> ServeAsync(Connection connection)
    {
        _context.Watch(connection);
        try
        {
            var remote = await GreetAsync(connection).ConfigureAwait(false);
            var sending = _peer.Sender.RunAsync(connection.Stream, connection.Ending);
            connection.Overdue = _context.StallOf(_peer.Sender, null);
            var identity = $"storage {remote.Storage}, life {remote.Incarnation}, {remote.Epoch}";
            _peer.SetConnected(identity);
            _context.Log.Connected(_peer.Member.Name, identity);
            return await connection.RunAsync(sending, HearRefusalAsync(connection)).ConfigureAwait(false);
        }
        catch (Exception exception) when (connection.Reason is { } reason && Connection.IsOfTheWire(exception))
        {
            return reason;
        }
        finally
        {
            _context.Forget(connection);
        }
    }

    private async Task<NodeIdentity> GreetAsync(Connection connection)
    {
        var host = HostAddress.Parse(_peer.Member.Address).Host;
        connection.Stream = await _context.Services.Security
            .SecureOutboundAsync(connection.Stream, host, connection.Ending).ConfigureAwait(false);
        var self = _context.Hello;
        var hello = await Handshake.DialAsync(connection.Stream, self, connection.Ending).ConfigureAwait(false);
        var remote = hello.Identity;
        var verdict = _context.Policy.Check(remote);
        if (verdict.Accepted && remote.Node != _peer.Member.Id)
        {
            verdict = PeerVerdict.Refuse(
                RefusalReason.Node, $"{remote.Node} answers at the address of {_peer.Member.Name}");
        }

        if (!verdict.Accepted)
        {
            var refusal = Refusal.Of(verdict.Reason, verdict.Text);
            await connection.RefuseAsync(refusal).ConfigureAwait(false);
            throw new ConnectionRefusedException(refusal, byPeer: false);
        }

        _context.OnGreeted(connection, remote, self.Identity.Fork);
        return remote;
    }

    private static async Task HearRefusalAsync(Connection connection)
    {
        await Handshake.HearAsync(connection.Stream, connection.Ending).ConfigureAwait(false);
        throw new WireFormatException("greeted twice");
    }
}
