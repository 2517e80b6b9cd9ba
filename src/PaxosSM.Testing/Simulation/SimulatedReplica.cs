using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Testing.Simulation;

/// <summary>One group at a process: the production replica, with an actor for its executor's thread.</summary>
internal sealed class SimulatedReplica : IProtocolEventSink
{
    // As a host's thread does: a snapshot that waits for its back-off is looked after this often.
    private const long ExecutorIdleMicros = 1_000_000;
    private readonly SimulatedProcess _process;
    private readonly SimulatedCluster _cluster;
    private readonly Actor _executor;
    private GroupReplica? _replica;
    private bool _stopped;
    private long _events;
    private Epoch _epoch = Epoch.First;

    public SimulatedReplica(SimulatedCluster cluster, SimulatedProcess process, GroupId group)
    {
        _process = process;
        _cluster = cluster;
        _executor = process.NewActor(RunExecutor);
        Gateway = new(group, new(), () => process.Node.Clock.Now);
    }

    public Gateway Gateway { get; }

    /// <summary>Null before the start.</summary>
    public ReplicaStatus? Status => _replica?.Status;

    /// <summary>The executor; null before the start.</summary>
    public ApplyLoop? Execution => _replica?.Execution;

    /// <summary>The machine in use; null before the start.</summary>
    public IStateMachine? Machine { get; private set; }

    /// <summary>Recovers the group, and joins it to the process' pump.</summary>
    /// <param name="settings">What it works with.</param>
    /// <param name="pump">The process' pump.</param>
    /// <param name="disk">Where its snapshots are, and who writes them.</param>
    /// <param name="newMachine">Makes its machine.</param>
    public void Start(GroupSettings settings, NodePump pump, SimulatedSnapshots disk, Func<IStateMachine> newMachine)
    {
        _replica = new(
            settings, () => Machine = newMachine(), Gateway, disk.Store, disk.Saving, disk.Moving);
        _replica.Execution.Wake = _executor.Wake;
        if (Gateway.Group != GroupCatalog.Id)
        {
            _process.Outboxes?.Add(Gateway, settings.Context.Configuration, _replica.Execution);
        }

        var starting = _replica.StartAsync(pump, CancellationToken.None);
        if (!starting.IsCompleted)
        {
            throw new InvalidOperationException("a replica on a simulated disk starts at once");
        }

        starting.GetAwaiter().GetResult();

        // As a host's thread does: what is due at once, a snapshot of what only an own store holds, waits for no value.
        _executor.WakeAt(_process.World.Now);
    }

    /// <summary>Does nothing more: the group is removed.</summary>
    public void Stop(NodePump pump, string why)
    {
        _stopped = true;
        _process.Outboxes?.Remove(Gateway.Group);
        pump.Remove(Gateway.Group);
        Gateway.Stop(why);
        _replica!.Stop(); // it has started
    }

    /// <summary>Somebody asks for another epoch; nobody waits for what becomes of it.</summary>
    public void Reconfigure(Epoch expected, Configuration next, bool force) =>
        _process.Guard(() => _ = _replica?.ReconfigureAsync(expected, next, force, CancellationToken.None));

    /// <summary>Somebody asks for another leader; nobody waits for what becomes of it.</summary>
    public void TransferLeadership(NodeId to) =>
        _process.Guard(() => _ = _replica?.TransferLeadershipAsync(to, CancellationToken.None));

    /// <summary>Somebody drains the node, or takes it back. Only after the start.</summary>
    public void Drain(bool drained) => _process.Guard(() => _replica!.Drain(drained)); // it serves

    void IProtocolEventSink.On(GroupId group, ProtocolEvent happened)
    {
        if (_process.CountEffect())
        {
            _events++;
            _process.Outboxes?.On(group, happened);
            _epoch = happened is EpochBegan began ? began.Start.Epoch : _epoch;
            var self = _process.Members!.Self; // it serves
            _cluster.OnEvent(
                _process, new(_events, _process.World.Now, group, new(_epoch, self.Node, self.Incarnation), happened));
        }
    }

    private void RunExecutor()
    {
        if (_stopped)
        {
            return;
        }

        if (_replica!.Execution.RunOnce()) // woken by its own work only
        {
            _executor.Wake();
        }
        else
        {
            _executor.WakeAt(_process.World.Now + ExecutorIdleMicros);
        }
    }
}

/// <summary>A process' snapshots, and who writes them.</summary>
/// <param name="Store">Where they are.</param>
/// <param name="Saving">Writes those of this process' machines.</param>
/// <param name="Moving">Reads and writes those that travel.</param>
internal sealed record SimulatedSnapshots(ISnapshotStore Store, IWorker Saving, IWorker Moving);
