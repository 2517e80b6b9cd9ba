using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Hosting;

/// <summary>What a node's many groups share: threads for their machines, workers for their snapshots, and the
/// disk.</summary>
internal sealed class GroupPools(ISnapshotStore snapshots, int threads, string node, TimeProvider clock)
    : IAsyncDisposable
{
    private readonly PooledWorker _snapshotWorker = new();
    private readonly PooledWorker _transferWorker = new();

    /// <summary>Runs their machines.</summary>
    public ApplyPool Apply { get; } = new(threads, $"paxos-groups {node}", clock);

    /// <summary>Writes their snapshots, one at a time.</summary>
    public IWorker SnapshotWorker => _snapshotWorker;

    /// <summary>Reads and writes those that travel.</summary>
    public IWorker TransferWorker => _transferWorker;

    /// <summary>Where they are.</summary>
    public ISnapshotStore Snapshots { get; } = snapshots;

    public async ValueTask DisposeAsync()
    {
        await Apply.DisposeAsync().ConfigureAwait(false);
        await _transferWorker.DisposeAsync().ConfigureAwait(false);
        await _snapshotWorker.DisposeAsync().ConfigureAwait(false);
    }
}
