using System.Collections.Immutable;
using System.Diagnostics;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Testing.Simulation;

/// <summary>The groups beside the first one at a process: the catalog, and what the production roster starts and
/// stops of what it lists.</summary>
internal sealed class SimulatedGroups : IGroupRunner, IClientReplies
{
    // As a host does: it asks its own catalog until that has caught up.
    private const long AskAgainMicros = 200_000;
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);
    private readonly SortedDictionary<ulong, SimulatedReplica> _running = [];
    private readonly SimulatedCluster _cluster;
    private readonly SimulatedProcess _process;
    private readonly SimulatedSettings _settings;
    private readonly SimulatedSnapshots _snapshots;
    private readonly SimulatedReplica _catalog;
    private readonly GroupRoster _roster;
    private readonly Actor _following;
    private ImmutableSortedDictionary<string, GroupInfo> _groups = ImmutableSortedDictionary<string, GroupInfo>.Empty;
    private IClientConnection? _connection;
    private NodePump? _pump;
    private long _asked;
    private bool _isCurrent;
    private bool _begun;

    public SimulatedGroups(
        SimulatedCluster cluster, SimulatedProcess process, SimulatedDevices devices, SimulatedSettings settings)
    {
        (_cluster, _process, _settings) = (cluster, process, settings);
        _snapshots = devices.NewSnapshots();
        _catalog = new(cluster, process, GroupCatalog.Id);
        _roster = new(this, devices.Log, _snapshots.Store, _snapshots.Saving);
        _following = process.NewActor(Follow);
    }

    /// <summary>Starts the catalog; the groups follow once it is known what it holds.</summary>
    public void Start(Configuration founders, NodePump pump)
    {
        _pump = pump;
        Run(_catalog, founders, () => new WitnessedCatalog(_cluster.Catalog!, _process.Node.Name, OnChanged));
        _connection = _catalog.Gateway.Connect(this);
        Ask();
    }

    /// <summary>A group's replica here, the catalog's too; null for one that does not run here.</summary>
    public SimulatedReplica? Find(GroupId group) =>
        group == GroupCatalog.Id ? _catalog : _running.GetValueOrDefault(group.Value);

    /// <summary>Whether exactly those groups run here that there are.</summary>
    public bool IsSettled => _running.Keys.SequenceEqual(_cluster.Catalog!.Present.Select(group => group.Id.Value)
        .Where(id => _roster.FailureOf(new(id)) is null));

    /// <summary>What it runs, in words.</summary>
    public string State => _isCurrent
        ? $"runs {string.Join(", ", _running.Keys)} of {string.Join(", ", _groups.Values.Select(group => group.Id))}"
        : "waits for its catalog";

    Task IGroupRunner.InstallAsync(GroupInfo group, bool isNew, CancellationToken cancellationToken) =>
        throw new UnreachableException("no group of a simulated cluster is restored");

    Task IGroupRunner.StartAsync(GroupInfo group, CancellationToken cancellationToken)
    {
        if (_process.CountEffect())
        {
            _cluster.Log.Count("groups started");
            _cluster.Catalog!.OnStarts(_process.Node.Name, _process.StartedAt, group.Id);
            SimulatedReplica replica = new(_cluster, _process, group.Id);
            Run(replica, group.Founders, () => _cluster.NewMachine(_process, group.Id));
            _running[group.Id.Value] = replica;
        }

        return Task.CompletedTask;
    }

    Task IGroupRunner.StopAsync(GroupId group, string why)
    {
        if (_process.CountEffect() && _running.Remove(group.Value, out var replica))
        {
            _cluster.Log.Count("groups stopped");
            replica.Stop(_pump!, why); // the start had one
        }

        return Task.CompletedTask;
    }

    void IGroupRunner.OnForgotten(GroupId group) => _settings.Forget(group);

    bool IClientReplies.Send(ClientFrame frame)
    {
        if (frame is ClientQueryResult { Error: PaxosError.None })
        {
            _isCurrent = true;
            _following.Wake();
        }
        else if (frame is ClientQueryResult)
        {
            _process.World.After(AskAgainMicros, Ask);
        }

        return true;
    }

    private void Run(SimulatedReplica replica, Configuration founders, Func<IStateMachine> newMachine) =>
        replica.Start(
            _settings.NewHosted(replica.Gateway.Group, founders, replica),
            _pump!, // the start had one
            _snapshots,
            newMachine);

    private void Ask()
    {
        if (_process.IsAlive)
        {
            ClientQuery query = new(GroupCatalog.Id, ++_asked, ReadConsistency.Linearizable, AskTimeout, default);
            _process.Guard(() => _ = _connection!.OnFrameAsync(query).AsTask()); // the start made it
        }
    }

    private void OnChanged(ImmutableSortedDictionary<string, GroupInfo> groups)
    {
        _groups = groups;
        _following.Wake();
    }

    private void Follow()
    {
        if (!_isCurrent)
        {
            return;
        }

        if (!_begun)
        {
            _begun = true;
            _roster.Begin(_groups.Values);
        }

        var following = _roster.FollowAsync(_groups.Values, CancellationToken.None);
        if (!following.IsCompleted)
        {
            throw new InvalidOperationException("groups on a simulated disk start and stop at once");
        }

        following.GetAwaiter().GetResult();
        foreach (var group in _groups.Values)
        {
            if (_roster.FailureOf(group.Id) is { } why)
            {
                _cluster.OnGroupFailed(_process, group.Id, why);
            }
        }
    }
}
