using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime.Execution;

/// <summary>Where a restored machine stands: the core starts there.</summary>
/// <param name="Slot">What the snapshot covers; <see cref="Slot.Zero"/> for none.</param>
/// <param name="Time">The log's time there.</param>
/// <param name="NextDeadline">As in <see cref="Executed"/>.</param>
/// <param name="Epoch">The epoch that it is of.</param>
public readonly record struct RecoveredState(Slot Slot, LogTime Time, LogTime NextDeadline, EpochStart Epoch);
