using PaxosSM.Runtime.Execution;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Remembers what it was told, in words.</summary>
internal sealed class RecordingObserver : IExecutionObserver
{
    public List<string> Lines { get; } = [];

    public void OnApplied(GroupId group, in ChosenValue value, ulong chain)
    {
    }

    public void OnSnapshotSaved(GroupId group, Slot slot, ulong chain, long length) => Lines.Add($"saved {slot}");

    public void OnSnapshotFailed(GroupId group, Slot slot, Exception why, TimeSpan retryAfter) =>
        Lines.Add($"not saved {slot}: {why.Message}; again in {retryAfter.TotalSeconds} s");

    public void OnStoreOpened(GroupId group, Slot slot, ulong chain, Slot saved) =>
        Lines.Add($"opened {slot}, saved {saved}");

    public void OnSnapshotRestored(GroupId group, Slot slot, ulong chain) => Lines.Add($"restored {slot}");

    public void OnSnapshotDamaged(GroupId group, Slot slot, string why) => Lines.Add($"damaged {slot}: {why}");

    public void OnFetchFailed(GroupId group, NodeId from, Slot slot, string why) =>
        Lines.Add($"not fetched {slot} from {from}: {why}");

    public void OnHalted(GroupId group, string why) => Lines.Add($"halted: {why}");
}
