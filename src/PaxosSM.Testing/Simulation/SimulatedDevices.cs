using PaxosSM.Runtime;
using PaxosSM.Runtime.Genesis;
using PaxosSM.Runtime.Ports;
using PaxosSM.Storage;

namespace PaxosSM.Testing.Simulation;

/// <summary>What a process has of its machine: folder, log, snapshots; and who it is by them.</summary>
internal sealed class SimulatedDevices
{
    /// <summary>Where the folder is.</summary>
    public const string Path = "/data";

    private static readonly ClusterId ClusterId = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
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

    public IDurableLog Log => _log;

    /// <summary>Whether a flush, or a write, has failed in this life.</summary>
    public bool Failed => _log.Failure is not null || Snapshots.Failure is not null;

    public static SimulatedDevices Open(
        SimulatedCluster cluster, SimulatedProcess process, ulong seed)
    {
        var folder = OpenFolder(process.Node, seed);
        return new(cluster, process, folder, new(process, folder.OpenLog(cluster.Plan.Log, process.Node.Clock)));
    }

    /// <summary>Opens a node's folder.</summary>
    public static DataDirectory OpenFolder(SimulatedNode node, ulong seed) => DataDirectory.Open(
        Path, ClusterId, "simulated", node.Id, node.Name, node.Disk, new Random((int)(seed & int.MaxValue)));

    /// <summary>Opens a copy of what a node's disk holds, as its next process would.</summary>
    public static DataDirectory OpenCopy(SimulatedNode node) => DataDirectory.Open(
        Path, ClusterId, "simulated", node.Id, node.Name, node.Disk.Clone(), new Random(0));

    public GenesisProtocol NewGenesis() => GenesisOf(_folder, _cluster.Configured);

    /// <summary>How far genesis has come in a folder.</summary>
    public static GenesisProtocol GenesisOf(DataDirectory folder, Configuration configured)
    {
        var record = folder.Genesis is { } saved && GenesisRecord.TryDecode(saved.Span, out var known) ? known : null;
        var identity = folder.Identity;
        return new(
            new(identity.Node, identity.Storage, configured.Members, Durability.Synced) { Rule = configured.Rule },
            record);
    }

    /// <summary>This node is no founder: the first member that it meets tells which fork it joins.</summary>
    public Joining Join()
    {
        Members.Join(OnJoined);
        var founders = _cluster.Configured.Members.Where(member => member.Id != Members.Self.Node);
        return new(new(Epoch.First, [.. founders]), Members.Self.Fork);
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
            case Joining joining:
                Adopt(joining.Configuration, joining.Fork);
                return MemberRoles.Learner;
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

    /// <summary>Its snapshots, with threads of their own.</summary>
    public SimulatedSnapshots NewSnapshots() =>
        new(Snapshots, new SimulatedWorker(_process), new SimulatedWorker(_process));

    private void Adopt(Configuration configuration, ForkId fork)
    {
        // R33: what genesis began an operator's act may have ended.
        fork = _folder.Identity.Fork is var own && own != ForkId.None ? own : fork;
        if (fork != ForkId.None)
        {
            _folder.SaveFork(fork);
        }

        _folder.SaveEpoch(configuration.Epoch);
        Members.Adopt(configuration, _folder.Identity);
    }

    private void OnJoined(NodeIdentity met) => _process.Guard(() =>
    {
        try
        {
            _folder.SaveFork(met.Fork, met.Origin);
            Members.Adopt(_folder.Identity);
        }
        catch (IOException)
        {
            _process.Node.OnFailed();
        }
    });
}
