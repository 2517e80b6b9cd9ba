using PaxosSM.Runtime.Execution;

namespace PaxosSM.Testing.Simulation;

/// <summary>Counts what happens around a process' executor.</summary>
internal sealed class SimulatedObserver(SimulatedCluster cluster, SimulatedProcess process) : IExecutionObserver
{
    public void OnApplied(GroupId group, in ChosenValue value, ulong chain)
    {
        if (group == GroupId.Default && !process.Node.IsCopy)
        {
            cluster.OnApplied(process.Node, in value);
        }
    }

    public void OnSnapshotSaved(GroupId group, Slot slot, ulong chain, long length) =>
        Tell("snapshots saved", slot, string.Empty);

    public void OnSnapshotFailed(GroupId group, Slot slot, Exception why, TimeSpan retryAfter) =>
        Tell("snapshots failed", slot, why.Message);

    public void OnSnapshotRestored(GroupId group, Slot slot, ulong chain) =>
        Tell("snapshots restored", slot, string.Empty);

    public void OnStoreOpened(GroupId group, Slot slot, ulong chain, Slot saved) =>
        Tell("stores opened", slot, string.Empty);

    public void OnSnapshotDamaged(GroupId group, Slot slot, string why) => Tell("snapshots damaged", slot, why);

    public void OnFetchFailed(GroupId group, NodeId from, Slot slot, string why) => Tell("fetches failed", slot, why);

    public void OnHalted(GroupId group, string why) => Tell("executors halted", Slot.Zero, why);

    private void Tell(string what, Slot slot, string why)
    {
        cluster.Log.Count(what);
        if (cluster.Log.IsTraced)
        {
            cluster.Log.Tell(process.Node.Name, $"{what}: {slot} {why}");
        }
    }
}
