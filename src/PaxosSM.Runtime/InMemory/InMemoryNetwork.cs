using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.InMemory;

/// <summary>A network within one process: what goes over it is laid out and read as on the wire. Links can be
/// cut.</summary>
/// <remarks>Safe for use by many threads.</remarks>
public sealed class InMemoryNetwork
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(NodeId From, NodeId To), InMemoryLink> _links = [];
    private readonly Dictionary<NodeId, (InMemoryTransport Transport, ITransportReceiver Receiver)> _running = [];
    private readonly HashSet<(NodeId From, NodeId To)> _cut = [];
    private readonly TimeProvider _time;
    private readonly int _linkBytesMax;

    /// <summary>A network without nodes.</summary>
    /// <param name="linkBytesMax">How many bytes may wait on one link.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public InMemoryNetwork(int linkBytesMax = 64 << 20, TimeProvider? time = null)
    {
        _linkBytesMax = linkBytesMax;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The transport of a node. A node that comes back after its transport was disposed joins again.</summary>
    public InMemoryTransport Join(NodeId self) => new(this, self);

    /// <summary>Cuts the link in one direction; what is on its way is lost.</summary>
    public void Cut(NodeId from, NodeId to)
    {
        lock (_gate)
        {
            _cut.Add((from, to));
            Update((from, to));
        }
    }

    /// <summary>Mends the link in one direction.</summary>
    public void Mend(NodeId from, NodeId to)
    {
        lock (_gate)
        {
            _cut.Remove((from, to));
            Update((from, to));
        }
    }

    /// <summary>Connects a client to a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="receive">Takes the node's frames, one after the other.</param>
    /// <returns>Null when the node does not run.</returns>
    public InMemoryClient? ConnectClient(NodeId node, Func<ClientFrame, ValueTask> receive)
    {
        lock (_gate)
        {
            return _running.TryGetValue(node, out var running)
                ? running.Transport.Serve(new(running.Receiver, receive, _linkBytesMax, _time))
                : null;
        }
    }

    internal void Start(InMemoryTransport transport, ITransportReceiver receiver)
    {
        lock (_gate)
        {
            if (!_running.TryAdd(transport.Self, (transport, receiver)))
            {
                throw new InvalidOperationException($"{transport.Self} runs already");
            }

            UpdateAll(transport.Self);
        }
    }

    internal Task StopAsync(InMemoryTransport transport)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(transport.Self, out var running) && running.Transport == transport)
            {
                _running.Remove(transport.Self);
                UpdateAll(transport.Self);
            }

            return Task.WhenAll(
                from link in _links
                where link.Key.From == transport.Self || link.Key.To == transport.Self
                select link.Value.Running);
        }
    }

    internal InMemoryLink? Find(NodeId from, NodeId to)
    {
        lock (_gate)
        {
            return _links.GetValueOrDefault((from, to));
        }
    }

    internal InMemoryLink[] LinksFrom(NodeId node)
    {
        lock (_gate)
        {
            return [.. from link in _links where link.Key.From == node select link.Value];
        }
    }

    private void UpdateAll(NodeId node)
    {
        foreach (var other in _running.Keys.Where(id => id != node))
        {
            Ensure((node, other));
            Ensure((other, node));
        }

        foreach (var ends in _links.Keys.Where(ends => ends.From == node || ends.To == node))
        {
            Update(ends);
        }
    }

    private void Ensure((NodeId From, NodeId To) ends)
    {
        if (!_links.ContainsKey(ends))
        {
            _links[ends] = new(ends.From, _linkBytesMax, _time);
        }
    }

    private void Update((NodeId From, NodeId To) ends)
    {
        if (!_links.TryGetValue(ends, out var link))
        {
            return;
        }

        if (_running.ContainsKey(ends.From) && _running.TryGetValue(ends.To, out var to) && !_cut.Contains(ends))
        {
            link.Up(to.Receiver);
        }
        else
        {
            link.Down(_cut.Contains(ends) ? "cut" : "stopped");
        }
    }
}
