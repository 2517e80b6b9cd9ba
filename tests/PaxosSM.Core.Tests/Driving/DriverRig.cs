using PaxosSM.Core.Tests.Execution;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.InMemory;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Core.Tests.Driving;

/// <summary>A driver around a core, in a world that only records: node 0 of three, whose log is durable when
/// told.</summary>
internal sealed class DriverRig : ITransport, IExecution, ISnapshotTransfer, IProtocolEventSink
{
    public static readonly GroupId Group = new(7);

    public DriverRig()
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), $"n{id}", $"n{id}", MemberRoles.All, default)];
        ReplicaContext context = new(Group, new(0), 1, new(Epoch.First, members), new(), 1);
        ReplicaPorts ports = new()
        {
            Log = Log,
            Transport = this,
            Execution = this,
            Snapshots = this,
            Events = this,
            Clock = new SteppedClock(),
            DeviceFailure = () => DeviceFailure,
            OnReadBound = _ => { },
            OnHalted = (_, why) => HaltedBecause = why,
        };
        Driver = new(new(context, Slot.Zero, default), ports, _ => Wakes++);
        Driver.Recover();
    }

    public ReplicaDriver Driver { get; }

    public InMemoryLog Log { get; } = new();

    public List<Message> Sent { get; } = [];

    public List<ProtocolEvent> Told { get; } = [];

    /// <summary>Whether it is told what happens for each slot.</summary>
    public bool WantsSlots { get; set; } = true;

    public int Wakes { get; private set; }

    public string? DeviceFailure { get; set; }

    /// <summary>Whether what was executed ahead of choice was to be taken back.</summary>
    public bool TookBack { get; private set; }

    public string? HaltedBecause { get; private set; }

    public Slot Applied => Slot.Zero;

    public EpochStart Began => EpochStart.Genesis(new(Epoch.First, []));

    public string? Failure => null;

    /// <summary>Hands a message to the driver and lets it work.</summary>
    public void Receive(ushort from, Message message)
    {
        Driver.Post(new Received(new(from), message));
        Driver.Pump(default);
    }

    /// <summary>What was appended becomes durable, and the driver takes note.</summary>
    public void MakeDurable()
    {
        Log.Pump();
        Driver.Pump(default);
    }

    public Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken) => Task.CompletedTask;

    public bool Send(NodeId to, GroupId group, Epoch epoch, Message message)
    {
        Sent.Add(message);
        return true;
    }

    public void Flush()
    {
    }

    public PeerStatus StatusOf(NodeId peer) => new(true, default, string.Empty);

    public void Apply(IReadOnlyList<ChosenValue> values)
    {
    }

    public void Anticipate(bool takesBack, IReadOnlyList<TentativeValue> values) => TookBack |= takesBack;

    public void Query(PendingQuery query)
    {
    }

    public void Install(Slot snapshot)
    {
    }

    public void Start(SnapshotSource source)
    {
    }

    public void OnMessage(NodeId from, Message message)
    {
    }

    public void OnTick(Instant now)
    {
    }

    public void On(GroupId group, ProtocolEvent happened) => Told.Add(happened);

    public ValueTask DisposeAsync() => Log.DisposeAsync();
}
