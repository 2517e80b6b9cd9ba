using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>Runs, on one node, the catalog of groups and every group that it lists, as it changes.</summary>
internal sealed class HostedGroups : IGroupRunner, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<GroupId, PooledGroup> _running = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly NodeContext _node;
    private readonly NodeDevices _devices;
    private readonly NodePump _pump;
    private readonly GroupPools _pools;
    private readonly Func<GroupInfo, IStateMachine> _machines;
    private readonly Func<GroupId, Configuration, GroupSettings> _settings;
    private readonly Action<GroupId> _onRemoved;
    private readonly CatalogReplica _catalog;
    private readonly GroupRoster _roster;
    private readonly CatalogMembers _members;
    private volatile TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _following = Task.CompletedTask;

    /// <summary>Runs nothing yet.</summary>
    /// <param name="node">The node.</param>
    /// <param name="devices">Its devices.</param>
    /// <param name="founders">The members of the catalog's first epoch.</param>
    /// <param name="pump">Its loop.</param>
    /// <param name="settings">A group's settings, by its number and its first epoch's members.</param>
    /// <param name="onRemoved">A group is no concern of this node any more.</param>
    public HostedGroups(
        NodeContext node,
        NodeDevices devices,
        Configuration founders,
        NodePump pump,
        Func<GroupId, Configuration, GroupSettings> settings,
        Action<GroupId> onRemoved)
    {
        (_node, _devices, _pump, _settings) = (node, devices, pump, settings);
        _machines = node.Services.GroupMachines!; // there are groups where there are machines
        _onRemoved = onRemoved;
        _pools = new(devices.Snapshots, Math.Max(2, Environment.ProcessorCount), node.Name, node.Time);
        _roster = new(this, devices.Log, devices.Snapshots, _pools.SnapshotWorker);
        _catalog = new(
            node, settings(GroupCatalog.Id, founders), pump, _pools, () => _changes.Writer.TryWrite(true));
        _members = new(node, _catalog.Group, () => devices.Members.Configuration);
        Restore = new(node, devices);
    }

    /// <summary>The groups, as far as this node has come.</summary>
    public ImmutableSortedDictionary<string, GroupInfo> All => _catalog.Groups;

    /// <summary>The backups that groups go on from.</summary>
    public GroupRestore Restore { get; }

    /// <summary>How many run here.</summary>
    public int Running => _running.Count;

    /// <summary>Finds a group's gateway; null when it does not run here.</summary>
    public Gateway? GatewayOf(GroupId group) =>
        group == GroupCatalog.Id ? _catalog.Group.Gateway : _running.GetValueOrDefault(group)?.Gateway;

    /// <summary>A group that runs here; null for none.</summary>
    public PooledGroup? Find(GroupId group) => _running.GetValueOrDefault(group);

    /// <summary>Why a group does not run here, though it should; null when nothing is known.</summary>
    public string? FailureOf(GroupId group) => _roster.FailureOf(group);

    /// <summary>Starts the catalog; the groups follow once it is known what it holds.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _catalog.StartAsync(cancellationToken).ConfigureAwait(false);
        _following = Task.WhenAll(
            Task.Run(() => ReconcileAsync(_stopping.Token), CancellationToken.None),
            Task.Run(() => _members.RunAsync(_stopping.Token), CancellationToken.None));
    }

    /// <summary>Whether the catalog has the first group's members, as far as this node knows.</summary>
    public bool IsFollowed => _members.IsFollowed;

    /// <summary>The first group's members may have changed: the catalog's follow.</summary>
    public void OnMembers() => _members.Look();

    /// <summary>Has the catalog apply a command, once.</summary>
    public Task<(bool Done, GroupId Group)> ExecuteAsync(byte[] command, CancellationToken cancellationToken) =>
        _catalog.ExecuteAsync(command, cancellationToken);

    /// <summary>Tries a group again whose backup was unfit here; any other is left alone.</summary>
    public void TryAgain(GroupId group)
    {
        if (_roster.TryAgain(group))
        {
            _changes.Writer.TryWrite(true);
        }
    }

    /// <summary>Waits until something was started or stopped here, or the time is over.</summary>
    public async Task<bool> MovesAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await _moved.Task.WaitAsync(timeout, _node.Time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var why = $"{_node.Name} is stopping";
        foreach (var (_, group) in _running)
        {
            await StopAsync(group, why).ConfigureAwait(false);
        }

        await _catalog.DisposeAsync().ConfigureAwait(false);
        await _pools.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    Task IGroupRunner.InstallAsync(GroupInfo group, bool isNew, CancellationToken cancellationToken) =>
        Restore.InstallAsync(group, isNew, cancellationToken);

    async Task IGroupRunner.StartAsync(GroupInfo group, CancellationToken cancellationToken)
    {
        try
        {
            PooledGroup pooled = new(
                _settings(group.Id, group.Founders) with { Start = group.Start },
                () => _machines(group),
                _node.NewGateway(group.Id),
                _pools);
            if (_node.Outboxes is { } outboxes && pooled.HasOutbox)
            {
                pooled.Advanced = outboxes.Add(
                    group.Id, _devices.Members.Self.Node, group.Founders, () => _node.NewClient(pooled.Gateway));
            }

            await pooled.StartAsync(_pump, cancellationToken).ConfigureAwait(false);
            _running[group.Id] = pooled;
            Move();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _node.Log.OnHalted(group.Id, $"'{group.Name}' does not start: {exception.Message}");
            if (_node.Outboxes is { } outboxes)
            {
                await outboxes.RemoveAsync(group.Id).ConfigureAwait(false);
            }

            throw;
        }
    }

    async Task IGroupRunner.StopAsync(GroupId group, string why)
    {
        if (_running.TryRemove(group, out var pooled))
        {
            await StopAsync(pooled, why).ConfigureAwait(false);
        }
    }

    void IGroupRunner.OnForgotten(GroupId group) => _onRemoved(group);

    private async Task StopAsync(PooledGroup group, string why)
    {
        if (_node.Outboxes is { } outboxes)
        {
            await outboxes.RemoveAsync(group.Gateway.Group).ConfigureAwait(false);
        }

        await group.StopAsync(_pump, why).ConfigureAwait(false);
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await _catalog.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        _roster.Begin(_catalog.Groups.Values);
        do
        {
            await _roster.FollowAsync(_catalog.Groups.Values, cancellationToken).ConfigureAwait(false);
            Move();
        }
        while (await _changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false));
    }

    private void Move()
    {
        var moved = _moved;
        _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        moved.TrySetResult();
    }
}
