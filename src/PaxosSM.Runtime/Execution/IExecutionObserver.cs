namespace PaxosSM.Runtime.Execution;

/// <summary>Is told what happens around the executor: for logs and metrics. Called on any thread; must be quick and
/// must not throw.</summary>
public interface IExecutionObserver
{
    /// <summary>A slot is applied. Called for every one, on the executor's thread, in order.</summary>
    /// <param name="group">The group.</param>
    /// <param name="value">The slot and its value.</param>
    /// <param name="chain">The hash chain after it (R28).</param>
    void OnApplied(GroupId group, in ChosenValue value, ulong chain);

    /// <summary>A snapshot of the own machine is durable.</summary>
    /// <param name="group">The group.</param>
    /// <param name="slot">What it covers.</param>
    /// <param name="chain">The hash chain there (R28).</param>
    /// <param name="length">Its length as stored, in bytes.</param>
    void OnSnapshotSaved(GroupId group, Slot slot, ulong chain, long length);

    /// <summary>A snapshot could not be written; nothing is lost but the space that trimming would free.</summary>
    /// <param name="group">The group.</param>
    /// <param name="slot">What it was to cover.</param>
    /// <param name="why">What went wrong.</param>
    /// <param name="retryAfter">When it is tried again; zero when it is not.</param>
    void OnSnapshotFailed(GroupId group, Slot slot, Exception why, TimeSpan retryAfter);

    /// <summary>A snapshot is restored into the machine.</summary>
    /// <param name="group">The group.</param>
    /// <param name="slot">What it covers.</param>
    /// <param name="chain">The hash chain there (R28).</param>
    void OnSnapshotRestored(GroupId group, Slot slot, ulong chain);

    /// <summary>The machine's own store was opened, and goes on from a slot (R27).</summary>
    /// <param name="group">The group.</param>
    /// <param name="slot">What its last unit covers.</param>
    /// <param name="chain">The hash chain there (R28).</param>
    /// <param name="saved">What the newest durable snapshot here covers; zero for none. The process may have died
    /// before it told of it.</param>
    void OnStoreOpened(GroupId group, Slot slot, ulong chain, Slot saved);

    /// <summary>A stored snapshot is damaged and was set aside (R24).</summary>
    /// <param name="group">The group.</param>
    /// <param name="slot">What it was to cover.</param>
    /// <param name="why">In words, with what happens instead.</param>
    void OnSnapshotDamaged(GroupId group, Slot slot, string why);

    /// <summary>A snapshot could not be fetched from another node.</summary>
    /// <param name="group">The group.</param>
    /// <param name="from">The node.</param>
    /// <param name="slot">What it covers.</param>
    /// <param name="why">In words.</param>
    void OnFetchFailed(GroupId group, NodeId from, Slot slot, string why);

    /// <summary>The executor stopped for good.</summary>
    /// <param name="group">The group.</param>
    /// <param name="why">In words, with the slot.</param>
    void OnHalted(GroupId group, string why);
}
