using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Testing.Simulation;

/// <summary>A client's way to some learner: connections break with their process, and by chance.</summary>
internal sealed class SimulatedChannel : IClientChannel
{
    private const long RedialMicros = 20_000;
    private readonly SimulatedCluster _cluster;
    private readonly IReadOnlyList<SimulatedNode> _learners;
    private IClientChannelReceiver? _receiver;
    private SimulatedClientLink? _link;
    private int _next;
    private bool _closed;

    public SimulatedChannel(SimulatedCluster cluster)
    {
        _cluster = cluster;
        _learners = [.. cluster.Nodes.Where(node => (node.Roles & MemberRoles.Learner) != 0)];
        _next = (int)cluster.World.Random.Below(_learners.Count);
    }

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

        _next = (_next + 1) % _learners.Count;
        if (_learners[_next].Process is not { IsAlive: true } process)
        {
            DialLater();
            return;
        }

        _link = new(_cluster, process, this);
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
    private long _lastUp;
    private long _lastDown;
    private bool _broken;

    public SimulatedClientLink(SimulatedCluster cluster, SimulatedProcess process, SimulatedChannel channel)
    {
        _cluster = cluster;
        _channel = channel;
        Process = process;
        _connection = process.Gateway.Connect(this);
        process.Add(this);
    }

    public SimulatedProcess Process { get; }

    /// <summary>The client sends.</summary>
    public bool Send(ClientFrame frame)
    {
        if (!MayUse())
        {
            return false;
        }

        _lastUp = Math.Max(_lastUp, _cluster.World.Now + Delay());
        _cluster.World.At(_lastUp, () => Deliver(frame));
        return true;
    }

    /// <summary>The node sends.</summary>
    bool IClientReplies.Send(ClientFrame frame)
    {
        if (!Process.CountEffect() || !MayUse())
        {
            return false;
        }

        _lastDown = Math.Max(_lastDown, _cluster.World.Now + Delay());
        _cluster.World.At(_lastDown, () =>
        {
            if (!_broken)
            {
                _channel.OnFrame(this, frame);
            }
        });
        return true;
    }

    /// <summary>The system of the process' machine closes what it had open.</summary>
    public void OnProcessEnded() => _cluster.World.After(Delay(), Break);

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

    private long Delay() =>
        _cluster.Network.Plan.DelayMin + _cluster.World.Random.Below(_cluster.Network.Plan.DelaySpread + 1);
}
