using PaxosSM.Runtime.Execution;

namespace PaxosSM.Runtime.Tracing;

/// <summary>Tells a trace what the executor does, beside whoever else is told.</summary>
/// <param name="inner">Who else is told.</param>
/// <param name="trace">Takes the events; called on the executor's and the workers' threads.</param>
public sealed class TracedExecution(IExecutionObserver inner, IProtocolEventSink trace) : IExecutionObserver
{
    /// <inheritdoc/>
    public void OnApplied(GroupId group, in ChosenValue value, ulong chain)
    {
        trace.On(group, new Applied(value.Slot, value.Value.Checksum, chain));
        inner.OnApplied(group, in value, chain);
    }

    /// <inheritdoc/>
    public void OnSnapshotSaved(GroupId group, Slot slot, ulong chain, long length)
    {
        trace.On(group, new StateSaved(slot, chain));
        inner.OnSnapshotSaved(group, slot, chain, length);
    }

    /// <inheritdoc/>
    public void OnSnapshotRestored(GroupId group, Slot slot, ulong chain)
    {
        trace.On(group, new StateRestored(slot, chain));
        inner.OnSnapshotRestored(group, slot, chain);
    }

    /// <inheritdoc/>
    public void OnStoreOpened(GroupId group, Slot slot, ulong chain, Slot saved)
    {
        trace.On(group, new StateRestored(slot, chain) { IsOwnStore = true, Saved = saved });
        inner.OnStoreOpened(group, slot, chain, saved);
    }

    /// <inheritdoc/>
    public void OnSnapshotFailed(GroupId group, Slot slot, Exception why, TimeSpan retryAfter) =>
        inner.OnSnapshotFailed(group, slot, why, retryAfter);

    /// <inheritdoc/>
    public void OnSnapshotDamaged(GroupId group, Slot slot, string why) =>
        inner.OnSnapshotDamaged(group, slot, why);

    /// <inheritdoc/>
    public void OnFetchFailed(GroupId group, NodeId from, Slot slot, string why) =>
        inner.OnFetchFailed(group, from, slot, why);

    /// <inheritdoc/>
    public void OnHalted(GroupId group, string why) => inner.OnHalted(group, why);
}
