namespace PaxosSM;

/// <summary>Something that happened in the protocol: for logs, metrics, dashboards and trace checkers. The set is
/// closed.</summary>
public abstract record ProtocolEvent
{
    private protected ProtocolEvent()
    {
    }
}

/// <summary>The acceptor promised.</summary>
/// <param name="Ballot">The ballot.</param>
public sealed record PromiseMade(Ballot Ballot) : ProtocolEvent;

/// <summary>The acceptor voted for a sync.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Base">Its base.</param>
/// <param name="View">The deal.</param>
/// <param name="Checksums">The values above the base, by checksum.</param>
public sealed record SyncVoted(Ballot Ballot, Slot Base, View View, IReadOnlyList<uint> Checksums) : ProtocolEvent;

/// <summary>The acceptor voted for a lane's slot.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Checksum">The value, by checksum.</param>
public sealed record SlotVoted(Ballot Ballot, Slot Slot, uint Checksum) : ProtocolEvent;

/// <summary>The proposer counted a phase-1 quorum and adopted a suffix (R5).</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Base">C: everything up to here is chosen.</param>
/// <param name="Adopted">m: the ballot whose suffix it adopted; none when the suffix is empty.</param>
/// <param name="View">The deal.</param>
public sealed record TakenOver(Ballot Ballot, Slot Base, Ballot Adopted, View View) : ProtocolEvent;

/// <summary>The proposer proposed.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Checksum">The value, by checksum.</param>
public sealed record Proposed(Ballot Ballot, Slot Slot, uint Checksum) : ProtocolEvent;

/// <summary>The proposer counted a phase-2 quorum (R7).</summary>
/// <param name="Mark">What is chosen now.</param>
public sealed record Counted(Watermark Mark) : ProtocolEvent;

/// <summary>The learner's frontier moved.</summary>
/// <param name="Through">Every value up to here is present and given to the executor.</param>
public sealed record FrontierMoved(Slot Through) : ProtocolEvent;

/// <summary>Who leads, as this node sees it, changed.</summary>
/// <param name="Ballot">The leader's ballot; <see cref="Ballot.None"/> when nobody is known to lead.</param>
/// <param name="Why">In words.</param>
public sealed record LeaderChanged(Ballot Ballot, string Why) : ProtocolEvent
{
    /// <summary>The leader.</summary>
    public NodeId Leader => Ballot == Ballot.None ? NodeId.None : Ballot.Proposer;
}

/// <summary>The proposer stands for election with a new ballot.</summary>
/// <param name="Ballot">The ballot.</param>
public sealed record Standing(Ballot Ballot) : ProtocolEvent;

/// <summary>The group's records up to a slot may go (R25).</summary>
/// <param name="Through">The floor.</param>
public sealed record Trimmed(Slot Through) : ProtocolEvent;

/// <summary>Slots that this acceptor can't read (R24).</summary>
/// <param name="Range">The slots.</param>
public sealed record FaultFound(SlotRange Range) : ProtocolEvent;

/// <summary>A faulty slot is chosen, and present again (R24).</summary>
/// <param name="Range">The slots.</param>
public sealed record FaultRepaired(SlotRange Range) : ProtocolEvent;

/// <summary>This replica's state differs from the others': it must halt (R28).</summary>
/// <param name="Slot">The checkpoint at which it was seen.</param>
/// <param name="Text">What differs, from whom.</param>
public sealed record Diverged(Slot Slot, string Text) : ProtocolEvent;
