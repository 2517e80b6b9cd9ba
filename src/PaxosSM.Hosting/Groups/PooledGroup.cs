using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>One of many groups on a node: it has no thread of its own.</summary>
internal sealed class PooledGroup
{
    private readonly GroupPools _pools;
    private readonly GroupReplica _replica;

    public PooledGroup(GroupSettings settings, Func<IStateMachine> machine, Gateway gateway, GroupPools pools)
    {
        _pools = pools;
        Gateway = gateway;
        _replica = new(settings, machine, gateway, pools.Snapshots, pools.SnapshotWorker, pools.TransferWorker);
    }

    /// <summary>Where its clients are.</summary>
    public Gateway Gateway { get; }

    /// <summary>See <see cref="GroupReplica.HasOutbox"/>.</summary>
    public bool HasOutbox => _replica.HasOutbox;

    /// <summary>See <see cref="ApplyLoop.Advanced"/>; set before the start.</summary>
    public Action? Advanced
    {
        get => _replica.Execution.Advanced;
        set => _replica.Execution.Advanced = value;
    }

    /// <summary>What people want to know; null before the start.</summary>
    public ReplicaStatus? Status => _replica.Status;

    /// <summary>See <see cref="ReplicaDriver.ReconfigureAsync"/>.</summary>
    public Task<ReconfigurationResult> ReconfigureAsync(
        Epoch expected, Configuration next, bool force, CancellationToken cancellationToken) =>
        _replica.ReconfigureAsync(expected, next, force, cancellationToken);

    /// <summary>See <see cref="GroupReplica.SnapshotAsync"/>.</summary>
    public Task<Slot> SnapshotAsync() => _replica.SnapshotAsync();

    /// <summary>Recovers the group, and joins it to the node's pump.</summary>
    /// <exception cref="InvalidDataException">The snapshot is intact, but not for this replica.</exception>
    public async Task StartAsync(NodePump pump, CancellationToken cancellationToken)
    {
        await _replica.StartAsync(pump, cancellationToken).ConfigureAwait(false);
        _pools.Apply.Add(_replica.Execution);
    }

    /// <summary>Does nothing more; what it has on disk stays.</summary>
    public async Task StopAsync(NodePump pump, string why)
    {
        pump.Remove(Gateway.Group);
        Gateway.Stop(why);
        _replica.Stop();
        await _pools.Apply.RemoveAsync(_replica.Execution).ConfigureAwait(false);
    }
}
