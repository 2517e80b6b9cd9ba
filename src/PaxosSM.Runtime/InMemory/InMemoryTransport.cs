using PaxosSM.Messages;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.InMemory;

/// <summary>A node's transport on an <see cref="InMemoryNetwork"/>.</summary>
public sealed class InMemoryTransport : ITransport
{
    private readonly Lock _gate = new();
    private readonly List<InMemoryClient> _clients = [];
    private readonly InMemoryNetwork _network;
    private bool _stopped;

    internal InMemoryTransport(InMemoryNetwork network, NodeId self)
    {
        _network = network;
        Self = self;
    }

    /// <summary>Whose it is.</summary>
    public NodeId Self { get; }

    /// <inheritdoc/>
    public Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _network.Start(this, receiver);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool Send(NodeId to, GroupId group, Epoch epoch, Message message) =>
        _network.Find(Self, to) is { } link && link.Sender.TrySend(group, epoch, message);

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (var link in _network.LinksFrom(Self))
        {
            link.Sender.Flush();
        }
    }

    /// <inheritdoc/>
    public PeerStatus StatusOf(NodeId peer) =>
        _network.Find(Self, peer)?.Status ?? new(false, DateTimeOffset.UnixEpoch, "never seen");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        InMemoryClient[] clients;
        lock (_gate)
        {
            _stopped = true;
            clients = [.. _clients];
        }

        foreach (var client in clients)
        {
            client.Dispose();
        }

        // As with sockets: a receiver that never lets go of a message does not hold up the stop.
        await Task.WhenAny(_network.StopAsync(this), Task.Delay(TimeSpan.FromSeconds(2))).ConfigureAwait(false);
    }

    internal InMemoryClient? Serve(InMemoryClient client)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                client.Dispose();
                return null;
            }

            _clients.RemoveAll(other => other.IsClosed);
            _clients.Add(client);
            return client;
        }
    }
}
