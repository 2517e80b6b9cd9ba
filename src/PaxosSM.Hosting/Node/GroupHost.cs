using PaxosSM.Election;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting;

/// <summary>The threads of one group on one node.</summary>
internal sealed class GroupHost : IAsyncDisposable
{
    private readonly PooledWorker _snapshotWorker = new();
    private readonly PooledWorker _transferWorker = new();
    private readonly GroupReplica _replica;
    private readonly ApplyThread _thread;

    public GroupHost(
        string name, GroupSettings settings, Func<IStateMachine> machine, Gateway gateway, ISnapshotStore store)
    {
        _replica = new(settings, machine, gateway, store, _snapshotWorker, _transferWorker);
        _thread = new(_replica.Execution, $"paxos-apply {name}");
    }

    /// <summary>See <see cref="GroupReplica.HasOutbox"/>.</summary>
    public bool HasOutbox => _replica.HasOutbox;

    /// <summary>See <see cref="ApplyLoop.Advanced"/>; set before the start.</summary>
    public Action? Advanced
    {
        get => _replica.Execution.Advanced;
        set => _replica.Execution.Advanced = value;
    }

    /// <summary>What people want to know.</summary>
    public ReplicaStatus? Status => _replica.Status;

    /// <summary>See <see cref="ReplicaDriver.ReconfigureAsync"/>.</summary>
    public Task<ReconfigurationResult> ReconfigureAsync(
        Epoch expected, Configuration next, bool force, CancellationToken cancellationToken) =>
        _replica.ReconfigureAsync(expected, next, force, cancellationToken);

    /// <summary>See <see cref="GroupReplica.SnapshotAsync"/>.</summary>
    public Task<Slot> SnapshotAsync() => _replica.SnapshotAsync();

    /// <summary>See <see cref="ReplicaDriver.TransferLeadershipAsync"/>.</summary>
    public Task<TransferAnswer> TransferLeadershipAsync(NodeId to, CancellationToken cancellationToken) =>
        _replica.TransferLeadershipAsync(to, cancellationToken);

    /// <summary>See <see cref="GroupReplica.Drain"/>.</summary>
    public void Drain(bool drained) => _replica.Drain(drained);

    /// <summary>Recovers the group, and joins it to the node's pump.</summary>
    /// <exception cref="InvalidDataException">The snapshot is intact, but not for this replica.</exception>
    public async Task StartAsync(NodePump pump, CancellationToken cancellationToken)
    {
        await _replica.StartAsync(pump, cancellationToken).ConfigureAwait(false);
        _thread.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _replica.Stop();
        await _thread.DisposeAsync().ConfigureAwait(false);
        _replica.CloseStore();
        await _transferWorker.DisposeAsync().ConfigureAwait(false);
        await _snapshotWorker.DisposeAsync().ConfigureAwait(false);
    }
}
