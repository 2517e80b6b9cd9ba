namespace PaxosSM.Log;

/// <summary>How far back, and how far, a group's log tells what was chosen.</summary>
/// <param name="Start">What lies up to here was let go (R25).</param>
/// <param name="First">The first slot that a value is of; zero for no value.</param>
/// <param name="End">No record tells of a later slot.</param>
public readonly record struct LogExtent(Slot Start, Slot First, Slot End)
{
    /// <summary>The extent of what was read back; damaged records count, for their keys are known (R24).</summary>
    public static LogExtent Of(IReadOnlyList<RecoveredRecord> records)
    {
        LogExtent extent = default;
        foreach (var (key, _) in records)
        {
            var start = key.Kind == RecordKind.Checkpoint ? key.First : Slot.Zero;
            var holds = key.Kind is RecordKind.Sync or RecordKind.Vote or RecordKind.Learned;
            var first = holds && (extent.First == Slot.Zero || key.First < extent.First) ? key.First : extent.First;
            extent = new(Slot.Max(extent.Start, start), first, Slot.Max(extent.End, key.Last));
        }

        return extent;
    }
}
