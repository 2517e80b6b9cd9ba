using Microsoft.Extensions.Time.Testing;
using PaxosSM.Hosting.Tests.Client;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.InMemory;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting.Tests.Driver;

/// <summary>Three nodes as production composes them, on one thread and one clock, joined by a queue of
/// messages.</summary>
internal sealed class SteppedCluster
{
    private const int StepsMax = 20_000;

    // Until every gateway has told who leads.
    private const int SettlingSteps = 100;
    private static readonly Member[] Members =
    [
        new(new(0), "a", "127.0.0.1:7001", MemberRoles.All, StorageOf(0)),
        new(new(1), "b", "127.0.0.1:7002", MemberRoles.All, StorageOf(1)),
        new(new(2), "c", "127.0.0.1:7003", MemberRoles.All, StorageOf(2)),
    ];

    private readonly Queue<Action> _messages = new();

    public SteppedCluster(ProtocolOptions options)
    {
        Configuration = new(new(1), Members);
        Nodes = [.. Members.Select(member => new SteppedNode(this, member.Id, options))];
        Until(() => Nodes.All(node => node.Status.Leader != NodeId.None));
        for (var step = 0; step < SettlingSteps; step++)
        {
            Step();
        }
    }

    /// <summary>A node's storage.</summary>
    public static StorageId StorageOf(int node) => new(new Guid(node + 1, 0, 0, new byte[8]));

    public FakeTimeProvider Time { get; } = new(new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public Configuration Configuration { get; }

    public IReadOnlyList<SteppedNode> Nodes { get; }

    /// <summary>Everything that was sent between nodes.</summary>
    public List<(NodeId From, NodeId To, Message Message)> Sent { get; } = [];

    /// <summary>Whether the network loses a message.</summary>
    public Predicate<(NodeId From, NodeId To, Message Message)> Drops { get; set; } = _ => false;

    /// <summary>A node that does nothing: its process is stopped.</summary>
    public SteppedNode? Stopped { get; set; }

    public SteppedNode Leader => Nodes.Single(node => node.Status.Leader == node.Id);

    public SteppedNode Follower => Nodes.First(node => node.Status.Leader != node.Id);

    public void Send(NodeId from, NodeId to, GroupId group, Epoch epoch, Message message)
    {
        Sent.Add((from, to, message));
        if (Nodes[to.Value] == Stopped || Drops((from, to, message)))
        {
            return;
        }

        _messages.Enqueue(() => Assert.True(
            Nodes[to.Value].Pump.OnMessageAsync(from, group, epoch, message).AsTask().IsCompletedSuccessfully));
    }

    /// <summary>Everybody does what there is to do, and a millisecond goes by.</summary>
    public void Step()
    {
        for (var left = _messages.Count; left > 0; left--)
        {
            _messages.Dequeue()();
        }

        foreach (var node in Nodes.Where(node => node != Stopped))
        {
            node.Step();
        }

        Time.Advance(TimeSpan.FromMilliseconds(1));
    }

    public void Until(Func<bool> holds)
    {
        for (var step = 0; !holds(); step++)
        {
            Assert.True(step < StepsMax, "it never holds");
            Step();
        }
    }
}

/// <summary>A node of a <see cref="SteppedCluster"/>.</summary>
internal sealed class SteppedNode : ITransport, IProtocolEventSink
{
    private readonly SteppedCluster _cluster;
    private readonly InMemoryLog _log = new();
    private readonly GroupReplica _replica;

    public SteppedNode(SteppedCluster cluster, NodeId id, ProtocolOptions options)
    {
        _cluster = cluster;
        Id = id;
        var members = cluster.Configuration.Members.Select(member => member.Id);
        var now = FakeGroup.NodeClock(cluster.Time);
        Pump = new(new() { Self = id, Members = [.. members], Transport = this, Log = _log }, now);
        Gateway = new(GroupId.Default, new(), () => FakeGroup.NodeClock(cluster.Time));
        GroupSettings settings = new()
        {
            Context = new(GroupId.Default, id, 1, cluster.Configuration, options, id.Value),
            Log = _log,
            Storage = SteppedCluster.StorageOf(id.Value),
            DeviceFailure = () => null,
            Transport = this,
            Events = this,
            Observer = new QuietObserver(),
            OnHalted = (_, why) => Assert.Fail(why),
            Clock = cluster.Time,
            Execution = new(),
        };
        InMemorySnapshotStore store = new();
        PumpedWorker worker = new();
        _replica = new(settings, () => new JournalMachine(), Gateway, store, worker, worker);
        Assert.True(_replica.StartAsync(Pump, CancellationToken.None).IsCompletedSuccessfully);
    }

    public NodeId Id { get; }

    public NodePump Pump { get; }

    public Gateway Gateway { get; }

    public ReplicaStatus Status => _replica.Status!;

    /// <summary>The group's parts here.</summary>
    public GroupReplica Replica => _replica;

    /// <summary>Everything that the core told.</summary>
    public List<ProtocolEvent> Told { get; } = [];

    public void Step()
    {
        Pump.Run(FakeGroup.NodeClock(_cluster.Time), NodeLoop.Wall(_cluster.Time));
        _log.Pump();
        while (_replica.Execution.RunOnce())
        {
            // Everything that is chosen is applied.
        }
    }

    public bool Send(NodeId to, GroupId group, Epoch epoch, Message message)
    {
        _cluster.Send(Id, to, group, epoch, message);
        return true;
    }

    public Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Flush()
    {
    }

    public PeerStatus StatusOf(NodeId peer) => new(true, default, string.Empty);

    public void On(GroupId group, ProtocolEvent happened) => Told.Add(happened);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
