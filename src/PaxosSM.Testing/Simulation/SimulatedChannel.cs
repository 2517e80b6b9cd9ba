using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Testing.Simulation;

/// <summary>A client's way to one node of some: connections break with their process, and by chance.</summary>
internal sealed class SimulatedChannel : IClientChannel
{
    private const long RedialMicros = 20_000;
    private readonly SimulatedCluster _cluster;
    private readonly IReadOnlyList<SimulatedNode> _nodes;
    private readonly GroupId _group;
    private IClientChannelReceiver? _receiver;
    private SimulatedClientLink? _link;
    private int _next;
    private bool _closed;

    /// <summary>A client's way to a node.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="nodes">The nodes that it tries, one after the other, from one that chance names.</param>
    /// <param name="region">The region that the client is in.</param>
    /// <param name="group">The group that it asks.</param>
    public SimulatedChannel(SimulatedCluster cluster, IReadOnlyList<SimulatedNode> nodes, int region, GroupId group)
    {
        _group = group;
        _cluster = cluster;
        _nodes = nodes;
        Region = region;
        _next = (int)cluster.World.Random.Below(nodes.Count);
    }

    public int Region { get; }

    public string State => _link is null ? "no connection" : "connected";

    /// <summary>The process it is connected to; null for none.</summary>
    public SimulatedProcess? Process => _link?.Process;

    public void Start(IClientChannelReceiver receiver)
    {
        _receiver = receiver;
        DialLater();
    }

    public ValueTask<bool> SendAsync(ClientFrame frame) => new(_link?.Send(frame) == true);

    public void MoveOn(string why) => _link?.Break();

    public ValueTask DisposeAsync()
    {
        _closed = true;
        _link?.Break();
        return ValueTask.CompletedTask;
    }

    public void OnFrame(SimulatedClientLink link, ClientFrame frame)
    {
        if (link == _link)
        {
            _receiver!.OnFrame(frame); // set by the start
        }
    }

    public void OnBroken(SimulatedClientLink link)
    {
        if (link != _link)
        {
            return;
        }

        _link = null;
        if (!_closed)
        {
            _receiver!.OnDisconnected("the connection broke"); // set by the start
            DialLater();
        }
    }

    private void DialLater() => _cluster.World.After(_cluster.World.Random.Below(RedialMicros), Dial);

    private void Dial()
    {
        if (_closed)
        {
            return;
        }

        _next = (_next + 1) % _nodes.Count;
        if (_nodes[_next] is not { IsExile: false, Process: { IsAlive: true } process }
            || process.Find(_group) is not { } replica)
        {
            DialLater();
            return;
        }

        _link = new(_cluster, process, replica.Gateway, this);
        _receiver!.OnConnected(); // set by the start
    }
}

/// <summary>One connection of a client.</summary>
internal sealed class SimulatedClientLink : IClientReplies
{
    // One frame of so many breaks the connection, for each message of a thousand that the network loses.
    private const long FramesPerBreak = 2_000_000;
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedChannel _channel;
    private readonly IClientConnection _connection;
    private readonly Queue<Action> _reads = [];
    private long _lastUp;
    private long _lastDown;
    private bool _broken;

    public SimulatedClientLink(
        SimulatedCluster cluster, SimulatedProcess process, Gateway gateway, SimulatedChannel channel)
    {
        _cluster = cluster;
        _channel = channel;
        Process = process;
        _connection = gateway.Connect(this);
        process.Add(this);
    }

    public SimulatedProcess Process { get; }

    private SimulatedNetwork Network => _cluster.Network;

    /// <summary>The client sends.</summary>
    public bool Send(ClientFrame frame)
    {
        if (!MayUse())
        {
            return false;
        }

        var left = _cluster.World.Now * SimulatedLink.NanosPerMicro;
        _lastUp = Math.Max(_lastUp, left + Travel());
        Network.Enter(
            Process.Node,
            _lastUp,
            Network.BytesOf(frame),
            () => Process.Processor.Work(_reads, () => Deliver(frame)));
        return true;
    }

    /// <summary>The node sends.</summary>
    bool IClientReplies.Send(ClientFrame frame)
    {
        if (!Process.CountEffect() || !MayUse())
        {
            return false;
        }

        var left = Network.Leave(Process.Node, Network.BytesOf(frame));
        _lastDown = Math.Max(_lastDown, left + Travel());
        Network.At(_lastDown, () =>
        {
            if (!_broken)
            {
                _channel.OnFrame(this, frame);
            }
        });
        return true;
    }

    /// <summary>The system of the process' machine closes what it had open.</summary>
    public void OnProcessEnded() => _cluster.World.After(Travel() / SimulatedLink.NanosPerMicro, Break);

    public void Break()
    {
        if (_broken)
        {
            return;
        }

        _broken = true;
        if (Process.IsAlive)
        {
            Process.Guard(_connection.Dispose);
        }

        _channel.OnBroken(this);
    }

    private void Deliver(ClientFrame frame)
    {
        if (_broken || !Process.IsAlive)
        {
            return;
        }

        if (Process.Node.PausedUntil > _cluster.World.Now)
        {
            _cluster.World.At(Process.Node.PausedUntil, () => Deliver(frame));
            return;
        }

        // The gateway takes a frame at once.
        Process.Guard(() => _ = _connection.OnFrameAsync(frame).AsTask());
    }

    private bool MayUse()
    {
        var breaks = _cluster.World.Random.Below(FramesPerBreak) < _cluster.Network.Plan.LossPermille * 100;
        if (breaks && !_broken)
        {
            _cluster.Log.Count("client connections broken");
            _cluster.World.After(0, Break);
        }

        return !_broken && !breaks;
    }

    private long Travel() => 
        Network.Travel(_channel.Region, Network.Regions.Of(Process.Node.Place), Process.Node.Factor);
}
