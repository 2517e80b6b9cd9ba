namespace PaxosSM.Runtime.Execution;

/// <summary>Tells nobody.</summary>
internal sealed class QuietObserver : IExecutionObserver
{
    public void OnApplied(GroupId group, in ChosenValue value, ulong chain)
    {
    }

    public void OnSnapshotSaved(GroupId group, Slot slot, ulong chain, long length)
    {
    }

    public void OnSnapshotFailed(GroupId group, Slot slot, Exception why, TimeSpan retryAfter)
    {
    }

    public void OnStoreOpened(GroupId group, Slot slot, ulong chain, Slot saved)
    {
    }

    public void OnSnapshotRestored(GroupId group, Slot slot, ulong chain)
    {
    }

    public void OnSnapshotDamaged(GroupId group, Slot slot, string why)
    {
    }

    public void OnFetchFailed(GroupId group, NodeId from, Slot slot, string why)
    {
    }

    public void OnHalted(GroupId group, string why)
    {
    }
}
