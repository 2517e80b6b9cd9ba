namespace PaxosSM.Messages;

/// <summary>Phase 2a for the whole adopted suffix of a ballot, ending in its view: one vote, all or nothing
/// (R3).</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Base">Everything up to here is chosen.</param>
/// <param name="View">The reign's deal; its slot is the suffix' last.</param>
/// <param name="Suffix">The values from <paramref name="Base"/> + 1 on, through the view's; empty once the base covers
/// it.</param>
public sealed record Sync(Ballot Ballot, Slot Base, View View, IReadOnlyList<Value> Suffix) : Message;

/// <summary>Phase 2b for a sync.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Base">The base that the vote carried: the vote covers the slots above it through the view's
/// (R4).</param>
public sealed record SyncAccepted(Ballot Ballot, Slot Base) : Message;

/// <summary>Phase 2a: a lane's owner asks for a vote (R4).</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Lane">The lane.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Value">The value.</param>
/// <param name="ChosenThrough">All slots up to here are chosen, as the sender knows.</param>
/// <param name="LaneThrough">The lane's slots up to here are chosen in this very ballot, as the sender counted
/// (R7).</param>
public sealed record Accept(Ballot Ballot, Lane Lane, Slot Slot, Value Value, Slot ChosenThrough, Slot LaneThrough)
    : Message
{
    /// <summary>The last of the lane's slots that the value is for: above <see cref="Slot"/> for a run of passed turns
    /// (R9), told as one.</summary>
    public Slot Last { get; init; } = Slot;
}

/// <summary>Phase 2b, cumulative: this ballot's votes for the lane's slots above <paramref name="From"/> through
/// <paramref name="Through"/> are durable.</summary>
/// <remarks>Also the answer to a proposal that would leave a gap (R4): the owner resends what follows <paramref
/// name="Through"/>.</remarks>
/// <param name="Ballot">The ballot.</param>
/// <param name="Lane">The lane.</param>
/// <param name="From">Where the acceptor's unbroken run of votes begins: slots up to here it passed as chosen, and did
/// not vote for.</param>
/// <param name="Through">Where the run ends.</param>
public sealed record Accepted(Ballot Ballot, Lane Lane, Slot From, Slot Through) : Message;

/// <summary>A leader's or owner's sign of life, with what it knows to be chosen (R7), and the question whether it still
/// leads (R20).</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Nonce">Fresh for each round of confirmation (R20a).</param>
/// <param name="ChosenThrough">All slots up to here are chosen.</param>
/// <param name="Sync">The sync's watermark slot: the view's slot once the sync is chosen in this ballot, else
/// zero.</param>
/// <param name="LaneThrough">The sender's lane is chosen in this ballot up to here.</param>
/// <param name="WantsLease">Whether the answer shall grant a lease (R20b).</param>
public sealed record Heartbeat(
    Ballot Ballot, long Nonce, Slot ChosenThrough, Slot Sync, Slot LaneThrough, bool WantsLease) : Message;

/// <summary>An acceptor confirms that it has promised nothing above the ballot (R20).</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Nonce">The heartbeat's nonce.</param>
/// <param name="Highest">The highest slot voted for, or chosen-through, at this acceptor.</param>
/// <param name="Leased">It will promise no other ballot for the configured time (R20b).</param>
/// <param name="Synced">It has voted for the ballot's sync; false asks for it again.</param>
public sealed record HeartbeatAck(Ballot Ballot, long Nonce, Slot Highest, bool Leased, bool Synced) : Message;
