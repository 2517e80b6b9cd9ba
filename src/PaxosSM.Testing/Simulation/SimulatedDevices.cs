using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Genesis;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Tracing;
using PaxosSM.Storage;

namespace PaxosSM.Testing.Simulation;

/// <summary>What a process has of its machine: folder, log, snapshots; and who it is by them.</summary>
internal sealed class SimulatedDevices
{
    private const string Path = "/data";
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedProcess _process;
    private readonly DataDirectory _folder;
    private readonly SimulatedLog _log;

    private SimulatedDevices(
        SimulatedCluster cluster, SimulatedProcess process, DataDirectory folder, SimulatedLog log)
    {
        _cluster = cluster;
        _process = process;
        _folder = folder;
        _log = log;
        Snapshots = folder.OpenSnapshots();
        Members = new(folder.Identity, cluster.Configured, _ => cluster.Log.Count("copies refused"));
    }

    public NodeMembers Members { get; }

    public SnapshotStore Snapshots { get; }

    /// <summary>Whether a flush, or a write, has failed in this life.</summary>
    public bool Failed => _log.Failure is not null || Snapshots.Failure is not null;

    public static SimulatedDevices Open(
        SimulatedCluster cluster, SimulatedProcess process, ClusterId clusterId, ulong seed)
    {
        var node = process.Node;
        var folder = DataDirectory.Open(
            Path, clusterId, "simulated", node.Id, node.Name, node.Disk, new Random((int)(seed & int.MaxValue)));
        return new(cluster, process, folder, new(process, folder.OpenLog(cluster.Plan.Log, node.Clock)));
    }

    public GenesisProtocol NewGenesis()
    {
        var record = _folder.Genesis is { } saved && GenesisRecord.TryDecode(saved.Span, out var known) ? known : null;
        var identity = _folder.Identity;
        return new(
            new(identity.Node, identity.Storage, _cluster.Configured.Members, Durability.Synced)
            {
                Rule = _cluster.Configured.Rule,
            },
            record);
    }

    public void Save(GenesisRecord record) => _folder.SaveGenesis(record.Encode());

    /// <summary>Takes genesis' word.</summary>
    /// <returns>The roles that this process may play; null when it must not start.</returns>
    public MemberRoles? Adopt(GenesisOutcome outcome)
    {
        var node = _process.Node;
        switch (outcome)
        {
            case GenesisCompleted completed:
                Adopt(completed.Configuration, completed.Fork);
                return node.Roles;
            case StorageReplaced replaced:
                Adopt(replaced.Configuration, replaced.Fork);
                node.Dead = replaced.Why;
                return node.Roles & MemberRoles.Learner;
            default:
                _cluster.OnRefusedToStart(node, ((GenesisRefused)outcome).Why);
                return null;
        }
    }

    public NodePump NewPump(ITransport transport) => new(
        new()
        {
            Self = Members.Self.Node,
            Members = Members.Configuration.All,
            Transport = transport,
            Log = _log,
            IsStranger = Members.IsStranger,
        },
        _process.Node.Clock.Now);

    public GroupSettings NewGroup(
        ITransport transport, NodePump pump, MemberRoles own, Action<GroupId, string> onHalted)
    {
        var plan = _cluster.Plan;
        var self = Members.Self;
        return new()
        {
            Context = new(
                GroupId.Default, self.Node, self.Incarnation, Members.Configuration, plan.Protocol, self.Boot)
            {
                Own = own,
            },
            Log = _log,
            DeviceFailure = () => Snapshots.Failure,
            Transport = transport,
            Events = _process,
            Observer = new TracedExecution(new SimulatedObserver(_cluster, _process), _process),
            OnHalted = onHalted,
            Storage = self.Storage,
            StoreOwner = self.StoreOwner,
            OnEpochs = epochs =>
            {
                var everybody = epochs.Everybody;
                Members.Adopt(epochs, everybody);
                pump.SetMembers([.. everybody.Select(member => member.Id)]);
            },
            Clock = _process.Node.Clock,
            Execution = new()
            {
                CheckpointSlots = plan.Protocol.CheckpointSlots,
                Snapshots = Snapshotting(plan),
            },
        };
    }

    // A log that is full takes no more slots: a snapshot must be due before that.
    private static SnapshotOptions Snapshotting(SimulationPlan plan)
    {
        SnapshotOptions defaults = new() { SlotsMax = plan.SnapshotSlots };
        var quarter = plan.Protocol.LogBytesMax / 4;
        return defaults with
        {
            LogBytesMin = Math.Min(defaults.LogBytesMin, quarter),
            LogBytesMax = Math.Min(defaults.LogBytesMax, quarter),
        };
    }

    private void Adopt(Configuration configuration, ForkId fork)
    {
        _folder.SaveFork(fork);
        _folder.SaveEpoch(configuration.Epoch);
        Members.Adopt(configuration, _folder.Identity);
    }
}
