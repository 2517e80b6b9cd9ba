using System.Net;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tcp;

/// <summary>Carries messages over TCP: a connection to each member to send on, one from each to receive on, and the
/// clients'.</summary>
/// <remarks>
/// The order is <see cref="Bind"/> (where the port matters), <see cref="SetMembers"/>, <see cref="StartAsync"/>;
/// members may be set again at any time. <see cref="Send"/> and <see cref="Flush"/> are safe for use by many threads
/// and never block: a message is laid out into its peer's buffer, and a flush is at most one write to each peer's
/// socket, on the thread that flushes.
/// </remarks>
public sealed class TcpTransport : ITransport
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TransportContext _context;
    private readonly TransportMetrics _metrics;
    private readonly NodeId _self;
    private Listener? _listener;
    private ITimer? _sweep;
    private Task _accepting = Task.CompletedTask;
    private bool _started;
    private bool _disposed;
    private volatile Peer?[] _byId = [];
    private volatile Peer[] _peers = [];

    /// <summary>A transport that does nothing yet.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="self">Who this node is now; asked at each connect, as fork and epoch change.</param>
    /// <param name="policy">Whom it talks to.</param>
    /// <param name="services">What the host gives; null for defaults.</param>
    public TcpTransport(
        TcpTransportOptions options, Func<NodeIdentity> self, IPeerPolicy policy, TcpTransportServices? services = null)
    {
        options.Validate();
        _self = self().Node;
        _context = new(options, self, policy, services ?? new());
        _metrics = new(_context.Services.Meter, () => _peers, () => _context.Refusals);
    }

    /// <summary>Takes the port to listen on; connections wait until the start.</summary>
    /// <returns>Where it listens: tells the port where the system chose it.</returns>
    public IPEndPoint Bind()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _listener ??= new(_context, PeerOf);
            return _listener.EndPoint;
        }
    }

    /// <summary>Says who the members are and where. Who is new is dialed, who is gone is let go, who moved is dialed
    /// anew; this node itself is passed over.</summary>
    /// <exception cref="FormatException">An address is none.</exception>
    public void SetMembers(IReadOnlyList<Member> members)
    {
        var others = members.Where(member => member.Id != _self).ToArray();
        foreach (var member in others)
        {
            HostAddress.Parse(member.Address);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var kept = others.Select(member => Keep(member) ?? new(member, _context)).ToArray();
            var gone = _peers.Except(kept).ToArray();
            var added = kept.Except(_peers).ToArray();
            var byId = new Peer?[kept.Length == 0 ? 0 : kept.Max(peer => peer.Member.Id.Value) + 1];
            foreach (var peer in kept)
            {
                byId[peer.Member.Id.Value] = peer;
            }

            _byId = byId;
            _peers = kept;
            foreach (var peer in gone)
            {
                peer.Leave();
            }

            if (_started)
            {
                Dial(added);
            }
        }
    }

    /// <summary>This node's fork became known (R33): connections that greeted before with another one, or with none,
    /// end, and are made anew. Call it once <c>self</c> tells the fork.</summary>
    public void Regreet(ForkId fork) => _context.Regreet(fork);

    /// <inheritdoc/>
    public Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Bind();
        lock (_gate)
        {
            if (_started)
            {
                throw new InvalidOperationException("the transport was started before");
            }

            _started = true;
            _context.Log.Listening(_listener!.EndPoint.ToString());
            _accepting = _listener.RunAsync(receiver, _stopping.Token);
            _sweep = _context.Time.CreateTimer(
                static context => ((TransportContext)context!).CloseOverdue(), _context, SweepInterval, SweepInterval);
            Dial(_peers);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool Send(NodeId to, GroupId group, Epoch epoch, Message message) =>
        PeerOf(to) is { } peer && peer.Send(group, epoch, message);

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (var peer in _peers)
        {
            peer.Sender.Flush();
        }
    }

    /// <inheritdoc/>
    public PeerStatus StatusOf(NodeId peer) =>
        PeerOf(peer)?.Status ?? new(false, _context.Time.GetUtcNow(), peer == _self ? "this node" : "no member");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        _context.CloseAll();
        if (_sweep is not null)
        {
            await _sweep.DisposeAsync().ConfigureAwait(false);
        }

        // A receiver that never lets go of a message must not hold up the stop: its loop ends when it does.
        await Task.WhenAny(EndAsync(), Task.Delay(_context.Options.StopTimeout)).ConfigureAwait(false);
        _metrics.Dispose();
    }

    private async Task EndAsync()
    {
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_peers.Select(peer => peer.Dialing)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_listener is { Serving: > 0 })
        {
            // What was accepted last may not have been among those closed.
            _context.CloseAll();
            await Task.Delay(TimeSpan.FromMilliseconds(5)).ConfigureAwait(false);
        }
    }

    private Peer? PeerOf(NodeId id)
    {
        var byId = _byId;
        return id.Value < byId.Length ? byId[id.Value] : null;
    }

    private Peer? Keep(Member member) =>
        PeerOf(member.Id) is { } peer && peer.Member.Address == member.Address && peer.Member.Name == member.Name
            ? peer
            : null;

    private void Dial(Peer[] peers)
    {
        foreach (var peer in peers)
        {
            Dialer dialer = new(_context, peer);
            peer.Dialing = Task.Run(() => dialer.RunAsync(_stopping.Token));
        }
    }
}
