namespace PaxosSM;

/// <summary>The state that a query sees.</summary>
/// <param name="Slot">The last slot applied: a token for monotonic reads (R21).</param>
/// <param name="Time">The log's time at the query's bound (R19).</param>
public readonly record struct QueryContext(Slot Slot, LogTime Time);
