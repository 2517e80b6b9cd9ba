namespace PaxosSM;

/// <summary>A lane of the present reign, for people.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Owner">Who fills it.</param>
/// <param name="Through">Its slots up to here are chosen, as heard here.</param>
/// <param name="IsAwaited">It holds the slot that all others wait for.</param>
public readonly record struct LaneState(Lane Lane, LaneOwner Owner, Slot Through, bool IsAwaited);
