namespace PaxosSM.Messages;

/// <summary>A proposer's word to the others that it can own lanes (R8), with what a deal needs to know of it. Told at
/// each heartbeat interval where several proposers may own lanes.</summary>
/// <param name="Incarnation">The sender's life: a deal names it (R6).</param>
/// <param name="Load">The bytes of commands that its clients gave it, in this life.</param>
/// <param name="Owns">The ballot whose deal it follows; <see cref="Ballot.None"/> for none.</param>
public sealed record OwnerBeat(uint Incarnation, long Load, Ballot Owns) : Message;

/// <summary>A learner's log time, for proposers that don't learn (R19).</summary>
/// <param name="Time">The log's time at what the sender applied.</param>
/// <param name="NextDeadline">The earliest time that a session or timer waits for there; never for none.</param>
public sealed record LogClock(LogTime Time, LogTime NextDeadline) : Message;
