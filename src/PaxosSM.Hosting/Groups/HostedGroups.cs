using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>Runs, on one node, the catalog of groups and every group that it lists, as it changes.</summary>
internal sealed class HostedGroups : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<GroupId, PooledGroup> _running = new();
    private readonly ConcurrentDictionary<GroupId, string> _failed = new();
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
    private volatile TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reconciling = Task.CompletedTask;

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
        _catalog = new(
            node, settings(GroupCatalog.Id, founders), pump, _pools, () => _changes.Writer.TryWrite(true));
    }

    /// <summary>The groups, as far as this node has come.</summary>
    public ImmutableSortedDictionary<string, GroupInfo> All => _catalog.Groups;

    /// <summary>How many run here.</summary>
    public int Running => _running.Count;

    /// <summary>Finds a group's gateway; null when it does not run here.</summary>
    public Gateway? GatewayOf(GroupId group) =>
        group == GroupCatalog.Id ? _catalog.Group.Gateway : _running.GetValueOrDefault(group)?.Gateway;

    /// <summary>A group that runs here; null for none.</summary>
    public PooledGroup? Find(GroupId group) => _running.GetValueOrDefault(group);

    /// <summary>Why a group does not run here, though it should; null when nothing is known.</summary>
    public string? FailureOf(GroupId group) => _failed.GetValueOrDefault(group);

    /// <summary>Starts the catalog; the groups follow once it is known what it holds.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _catalog.StartAsync(cancellationToken).ConfigureAwait(false);
        _reconciling = Task.Run(() => ReconcileAsync(_stopping.Token), CancellationToken.None);
    }

    /// <summary>Has the catalog apply a command, once.</summary>
    public Task<(bool Done, GroupId Group)> ExecuteAsync(byte[] command, CancellationToken cancellationToken) =>
        _catalog.ExecuteAsync(command, cancellationToken);

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
        await _reconciling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var why = $"{_node.Name} is stopping";
        foreach (var (_, group) in _running)
        {
            await StopAsync(group, why).ConfigureAwait(false);
        }

        await _catalog.DisposeAsync().ConfigureAwait(false);
        await _pools.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    // A catalog that is behind would start groups that are removed already, and whose votes are forgotten (R13): before
    // anything is started, all that was chosen before this node's start is known.
    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await _catalog.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var ids = _catalog.Groups.Values.Select(group => group.Id).ToHashSet();
        foreach (var gone in _devices.Log.RecoveredGroups.Where(id => id.Value > GroupCatalog.Id.Value
            && !ids.Contains(id)))
        {
            Forget(gone);
        }

        do
        {
            await ReconcileOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        while (await _changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task ReconcileOnceAsync(CancellationToken cancellationToken)
    {
        var wanted = _catalog.Groups.Values.ToDictionary(group => group.Id);
        foreach (var (id, group) in _running)
        {
            if (!wanted.ContainsKey(id) && _running.TryRemove(id, out _))
            {
                await StopAsync(group, $"{id} was removed").ConfigureAwait(false);
                Forget(id);
                Move();
            }
        }

        foreach (var (id, group) in wanted)
        {
            if (!_running.ContainsKey(id) && !_failed.ContainsKey(id))
            {
                await StartAsync(group, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task StartAsync(GroupInfo info, CancellationToken cancellationToken)
    {
        try
        {
            PooledGroup group = new(
                _settings(info.Id, info.Founders), () => _machines(info), _node.NewGateway(info.Id), _pools);
            if (_node.Outboxes is { } outboxes && group.HasOutbox)
            {
                group.Advanced = outboxes.Add(
                    info.Id, _devices.Members.Self.Node, () => _node.NewClient(group.Gateway));
            }

            await group.StartAsync(_pump, cancellationToken).ConfigureAwait(false);
            _running[info.Id] = group;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One group's machine, or snapshot, is at fault: the others go on.
            _failed[info.Id] = exception.Message;
            _node.Log.OnHalted(info.Id, $"'{info.Name}' does not start: {exception.Message}");
        }

        Move();
    }

    private async Task StopAsync(PooledGroup group, string why)
    {
        if (_node.Outboxes is { } outboxes)
        {
            await outboxes.RemoveAsync(group.Gateway.Group).ConfigureAwait(false);
        }

        await group.StopAsync(_pump, why).ConfigureAwait(false);
    }

    private void Forget(GroupId group)
    {
        _devices.Log.Forget(group);
        _failed.TryRemove(group, out _);
        _onRemoved(group);

        // Behind the snapshots that are being written: none of the group's comes after it.
        _pools.SnapshotWorker.Post(_ =>
        {
            _pools.Snapshots.DeleteBelow(group, new(long.MaxValue));
            return ValueTask.CompletedTask;
        });
    }

    private void Move()
    {
        var moved = _moved;
        _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        moved.TrySetResult();
    }
}
