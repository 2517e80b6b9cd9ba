namespace PaxosSM;

/// <summary>The state that a query sees.</summary>
/// <param name="Slot">The last slot that the state shows: a token for monotonic reads (R21).</param>
/// <param name="Time">The log's time there (R19).</param>
public readonly record struct QueryContext(Slot Slot, LogTime Time);
