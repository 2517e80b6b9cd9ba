using PaxosSM.Messages;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.InMemory;
using PaxosSM.Runtime.Ports;
using static PaxosSM.Simulation.Tests.Traces.TraceScript;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>R1, for traces: first the write, then the event, then the answer.</summary>
public sealed class TellingOrderTests
{
    [Fact]
    public void A_promise_is_told_after_its_write_and_before_its_answer()
    {
        World world = new();
        InMemoryLog log = new();
        ReplicaContext context = new(GroupId.Default, new(1), 1, Members, new(), 1);
        ReplicaDriver driver = new(
            new(context, Slot.Zero, default),
            new()
            {
                Log = log,
                Transport = world,
                Execution = world,
                Snapshots = world,
                Events = world,
                OnReadBound = _ => { },
                OnHalted = (_, why) => world.Lines.Add(why),
            },
            _ => { });
        driver.Recover();
        driver.Post(new Received(new(0), new Prepare(B(1, 0))));

        driver.Pump(default);
        Assert.Equal(["Started"], world.Lines.Where(line => line is "Started" or "PromiseMade" or "Promise"));

        _ = log.Pump();
        driver.Pump(default);
        Assert.Equal(
            ["Started", "PromiseMade", "Promise"],
            world.Lines.Where(line => line is "Started" or "PromiseMade" or "Promise"));
    }

    /// <summary>All that is around a driver, and what it hears of it.</summary>
    private sealed class World : ITransport, IExecution, ISnapshotTransfer, IProtocolEventSink
    {
        public List<string> Lines { get; } = [];

        public Slot Applied => Slot.Zero;

        public EpochStart Began => EpochStart.Genesis(new(Epoch.First, []));

        public string? Failure => null;

        public void On(GroupId group, ProtocolEvent happened) => Lines.Add(happened.GetType().Name);

        public bool Send(NodeId to, GroupId group, Epoch epoch, Message message)
        {
            Lines.Add(message.GetType().Name);
            return true;
        }

        public Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken) => Task.CompletedTask;

        public void Flush()
        {
        }

        public PeerStatus StatusOf(NodeId peer) => new(true, default, string.Empty);

        public ValueTask DisposeAsync() => default;

        public void Apply(IReadOnlyList<ChosenValue> values)
        {
        }

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
    }
}
