using System.Net;
using System.Net.Sockets;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tcp;

/// <summary>Takes connections, finds out who is there, and serves members and clients until they go.</summary>
/// <remarks>
/// Bounded three ways: connections that have not greeted by their number, oldest out first, so that knocking keeps
/// nobody out for long; members by one connection each; clients by their number.
/// </remarks>
internal sealed class Listener : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Connection> _strangers = [];
    private readonly TransportContext _context;
    private readonly Func<NodeId, Peer?> _peers;
    private readonly Socket _socket;
    private int _clients;
    private int _serving;
    private ITransportReceiver? _receiver;

    public Listener(TransportContext context, Func<NodeId, Peer?> peers)
    {
        _context = context;
        _peers = peers;
        _socket = Bind(HostAddress.Parse(context.Options.Listen));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>How many connections are being served or greeted.</summary>
    public int Serving => Volatile.Read(ref _serving);

    public async Task RunAsync(ITransportReceiver receiver, CancellationToken stopping)
    {
        _receiver = receiver;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket.AcceptAsync(stopping).ConfigureAwait(false);
                Interlocked.Increment(ref _serving);

                // The accepting thread goes on accepting. A plain greeting blocks: its thread ends with it.
                _ = _context.IsPlain
                    ? Connection.OnOwnThread(() => _ = ServeAsync(socket))
                    : Task.Run(() => ServeAsync(socket), CancellationToken.None);
            }
            catch (SocketException exception)
            {
                // Out of file handles, or a connection that died in the queue: the next may do.
                _context.Log.AcceptFailed(exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _context.Time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Bind(HostAddress address)
    {
        var endPoint = address.EndPoint as IPEndPoint
            ?? new IPEndPoint(Dns.GetHostAddresses(address.Host)[0], address.Port);
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(128);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Connection connection = new(socket, _context.IsPlain);
        try
        {
            SocketTuning.Apply(socket, _context.Options.StallMax);
            _context.Watch(connection);
            if (await GreetAsync(connection).ConfigureAwait(false) is { } hello)
            {
                await (hello.Role == ConnectionRole.Member
                    ? ServeMemberAsync(connection, hello)
                    : ServeClientAsync(connection, hello)).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (Connection.IsOfTheWire(exception))
        {
            _context.LogRefusal(connection.Remote, connection.Reason ?? exception.Message);
        }
        catch (Exception exception)
        {
            _context.Log.Unexpected(exception);
        }
        finally
        {
            _context.Forget(connection);
            Interlocked.Decrement(ref _serving);
        }
    }

    /// <returns>Null when the greeting was not to be understood; that is logged.</returns>
    private async Task<Hello?> GreetAsync(Connection connection)
    {
        var place = Enter(connection);
        try
        {
            connection.Stream = await _context.Services.Security
                .SecureInboundAsync(connection.Stream, connection.Ending).ConfigureAwait(false);
            var hello = await Handshake.HearAsync(connection.Stream, connection.Ending).ConfigureAwait(false);
            Handshake.CheckVersion(hello);
            return hello;
        }
        catch (WireFormatException exception)
        {
            await RefuseAsync(connection, RefusalReason.Malformed, exception.Message).ConfigureAwait(false);
            return null;
        }
        catch (ConnectionRefusedException exception) when (!exception.ByPeer)
        {
            await RefuseAsync(connection, exception.Refusal.Reason, exception.Refusal.Text).ConfigureAwait(false);
            return null;
        }
        finally
        {
            Leave(place);
        }
    }

    private async Task ServeMemberAsync(Connection connection, Hello hello)
    {
        var remote = hello.Identity;
        var fork = _context.Fork;
        var verdict = _context.Policy.Check(remote);
        var peer = _peers(remote.Node);
        if (verdict.Accepted && peer is null)
        {
            verdict = PeerVerdict.Refuse(RefusalReason.Node, $"{remote.Node} is no member");
        }

        if (!verdict.Accepted)
        {
            await RefuseAsync(connection, verdict.Reason, $"{remote.Node}: {verdict.Text}").ConfigureAwait(false);
            return;
        }

        FrameReceiver frames = new(
            new MemberFrames(remote.Node, _receiver!), _context.Options.FrameBytesMax, _context.Time);
        Inbound inbound = new(connection, frames);
        if (!await peer!.ReplaceInboundAsync(inbound).ConfigureAwait(false))
        {
            await RefuseAsync(connection, RefusalReason.Busy, "an older connection's last message is not done with")
                .ConfigureAwait(false);
            return;
        }

        var reason = "";
        try
        {
            connection.Overdue = _context.StallOf(null, frames);
            await Handshake.SayAsync(connection.Stream, _context.Hello, connection.Ending).ConfigureAwait(false);
            _context.OnGreeted(connection, remote, fork);
            _context.Log.MemberArrived(peer.Member.Name, connection.Remote);
            reason = await ReceiveAsync(connection, frames).ConfigureAwait(false);
        }
        finally
        {
            peer.EndInbound(inbound);
            _context.Log.MemberLeft(peer.Member.Name, connection.Remote, connection.Reason ?? reason);
        }
    }

    private async Task<string> ReceiveAsync(Connection connection, FrameReceiver frames)
    {
        try
        {
            await connection.ReceiveAsync(frames).ConfigureAwait(false);
            connection.Shutdown("closed by the other side");
        }
        catch (WireFormatException exception)
        {
            await RefuseAsync(connection, RefusalReason.Malformed, exception.Message).ConfigureAwait(false);
        }
        catch (Exception exception) when (Connection.IsOfTheWire(exception))
        {
            connection.Shutdown(exception.Message);
        }

        return connection.Reason!;
    }

    private async Task ServeClientAsync(Connection connection, Hello hello)
    {
        try
        {
            var clients = Interlocked.Increment(ref _clients);
            var verdict = clients > _context.Options.ClientsMax
                ? PeerVerdict.Refuse(RefusalReason.Busy, $"{_context.Options.ClientsMax} clients are connected")
                : _context.Policy.CheckClient(hello.Identity);
            if (!verdict.Accepted)
            {
                await RefuseAsync(connection, verdict.Reason, verdict.Text).ConfigureAwait(false);
                return;
            }

            connection.MakeAsynchronous();
            await Handshake.SayAsync(connection.Stream, _context.Hello, connection.Ending).ConfigureAwait(false);
            var reason = await new ClientSession(_context, connection).RunAsync(_receiver!).ConfigureAwait(false);
            if (reason.StartsWith("malformed", StringComparison.Ordinal))
            {
                _context.LogRefusal(connection.Remote, reason);
            }
            else
            {
                _context.Log.ClientLeft(connection.Remote, reason);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _clients);
        }
    }

    private Task RefuseAsync(Connection connection, RefusalReason reason, string text)
    {
        _context.LogRefusal(connection.Remote, $"{reason}: {text}");
        return connection.RefuseAsync(Refusal.Of(reason, text));
    }

    private LinkedListNode<Connection> Enter(Connection connection)
    {
        Connection? pushedOut = null;
        LinkedListNode<Connection> place;
        lock (_gate)
        {
            if (_strangers.Count >= _context.Options.StrangersMax)
            {
                pushedOut = _strangers.First!.Value;
                _strangers.RemoveFirst();
            }

            place = _strangers.AddLast(connection);
        }

        pushedOut?.Shutdown("too many connections that have not greeted");
        return place;
    }

    private void Leave(LinkedListNode<Connection> place)
    {
        lock (_gate)
        {
            // Null when a newer one pushed it out.
            place.List?.Remove(place);
        }
    }
}
