using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime.Execution;

/// <summary>Where a restored machine stands: the core starts there.</summary>
/// <param name="Slot">What the snapshot, or the machine's own store, covers; <see cref="Slot.Zero"/> for none.</param>
/// <param name="Time">The log's time there.</param>
/// <param name="NextDeadline">As in <see cref="Executed"/>.</param>
/// <param name="Epoch">The epoch that it is of.</param>
public readonly record struct RecoveredState(Slot Slot, LogTime Time, LogTime NextDeadline, EpochStart Epoch)
{
    /// <summary>What a durable snapshot here covers: less than <see cref="Slot"/> where the machine has a store of its
    /// own, which no other replica can be sent.</summary>
    public Slot Saved { get; init; } = Slot;
}
