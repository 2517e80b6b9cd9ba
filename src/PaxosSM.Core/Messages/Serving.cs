namespace PaxosSM.Messages;

/// <summary>Client commands for the leader, from a node that serves their clients.</summary>
/// <param name="Entries">Entries as <see cref="CommandEntry"/> lays them out.</param>
/// <param name="Count">How many.</param>
public sealed record Submit(ReadOnlyMemory<byte> Entries, int Count) : Message;

/// <summary>A submission was not taken; nothing was proposed.</summary>
/// <param name="Error">Why: <see cref="PaxosError.NotLeader"/> or <see cref="PaxosError.Busy"/>.</param>
/// <param name="Leader">Who leads, as the sender knows.</param>
public sealed record SubmitRefused(PaxosError Error, NodeId Leader) : Message;

/// <summary>Asks the leader for a read's bound (R20, R21).</summary>
/// <param name="Id">The asker's number for it.</param>
/// <param name="Lease">A lease will do.</param>
public sealed record ReadIndexRequest(long Id, bool Lease) : Message;

/// <summary>A read's bound.</summary>
/// <param name="Id">The asker's number.</param>
/// <param name="Error"><see cref="PaxosError.None"/>, or why there is no bound.</param>
/// <param name="Bound">Apply through here, then read.</param>
/// <param name="Leader">Who leads, as the sender knows.</param>
public sealed record ReadIndexReply(long Id, PaxosError Error, Slot Bound, NodeId Leader) : Message;
