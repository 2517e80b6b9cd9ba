using PaxosSM.Reconfiguration;

namespace PaxosSM;

/// <summary>Something that happened in the protocol: for logs, metrics, dashboards and trace checkers. The set is
/// closed.</summary>
public abstract record ProtocolEvent
{
    private protected ProtocolEvent()
    {
    }
}

/// <summary>A life of the node begins in the group: the first event of the life, but for <see
/// cref="StateRestored"/>.</summary>
/// <param name="Incarnation">The life.</param>
/// <param name="Roles">What the node may do in it.</param>
/// <param name="Memory">What its acceptor read back; null where it is none.</param>
/// <param name="Frontier">Every value up to here is present.</param>
public sealed record Started(uint Incarnation, MemberRoles Roles, AcceptorMemory? Memory, Slot Frontier)
    : ProtocolEvent;

/// <summary>The acceptor promised. Told once that is durable, before it answers.</summary>
/// <param name="Ballot">The ballot.</param>
public sealed record PromiseMade(Ballot Ballot) : ProtocolEvent;

/// <summary>The acceptor voted for a sync. Told once that is durable, before it answers.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Base">Its base.</param>
/// <param name="View">The deal.</param>
/// <param name="Checksums">The values above the base, by checksum.</param>
public sealed record SyncVoted(Ballot Ballot, Slot Base, View View, IReadOnlyList<uint> Checksums) : ProtocolEvent;

/// <summary>The acceptor voted for a lane's slot. Told once that is durable, before it answers.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Checksum">The value, by checksum.</param>
/// <param name="ChosenThrough">The chosen-through that became durable with the vote; R4 lets it pass slots up to
/// there.</param>
public sealed record SlotVoted(Ballot Ballot, Slot Slot, uint Checksum, Slot ChosenThrough) : ProtocolEvent
{
    /// <summary>The last of the lane's slots voted for: above <see cref="Slot"/> for a run of passed turns
    /// (R9).</summary>
    public Slot Last { get; init; } = Slot;

    /// <summary>How many slots lie from one of the lane's slots to the next.</summary>
    public int Stride { get; init; } = 1;
}

/// <summary>The acceptor's chosen-through rose without a vote. Told once that is durable.</summary>
/// <param name="Through">Where it is now.</param>
public sealed record ChosenThroughRaised(Slot Through) : ProtocolEvent;

/// <summary>The proposer counted a phase-1 quorum and adopted a suffix (R5).</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Base">C: everything up to here is chosen.</param>
/// <param name="Adopted">m: the ballot whose suffix it adopted; none when the suffix is empty.</param>
/// <param name="View">The deal.</param>
public sealed record TakenOver(Ballot Ballot, Slot Base, Ballot Adopted, View View) : ProtocolEvent
{
    /// <summary>The acceptors whose promises counted, in the configuration's order.</summary>
    public IReadOnlyList<NodeId> Promises { get; init; } = [];

    /// <summary>The sync's values from <see cref="Base"/> + 1 on, by checksum; the last is the view's.</summary>
    public IReadOnlyList<uint> Checksums { get; init; } = [];
}

/// <summary>The proposer proposed.</summary>
/// <param name="Ballot">The ballot.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Checksum">The value, by checksum.</param>
public sealed record Proposed(Ballot Ballot, Slot Slot, uint Checksum) : ProtocolEvent
{
    /// <summary>The last of the lane's slots proposed for: above <see cref="Slot"/> for a run of passed turns
    /// (R9).</summary>
    public Slot Last { get; init; } = Slot;

    /// <summary>How many slots lie from one of the lane's slots to the next.</summary>
    public int Stride { get; init; } = 1;
}

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

/// <summary>The executor applied a slot.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Checksum">The value, by checksum.</param>
/// <param name="Chain">The hash chain after it (R28).</param>
public sealed record Applied(Slot Slot, uint Checksum, ulong Chain) : ProtocolEvent;

/// <summary>The machine was restored from a durable snapshot, its own or one that was fetched.</summary>
/// <param name="Slot">What the snapshot covers.</param>
/// <param name="Chain">The hash chain there.</param>
public sealed record StateRestored(Slot Slot, ulong Chain) : ProtocolEvent
{
    /// <summary>The machine holds it in a durable store of its own instead: no snapshot, and nobody else can have it
    /// (R27).</summary>
    public bool IsOwnStore { get; init; }

    /// <summary>Of an own store: what the newest durable snapshot here covers; zero for none. No
    /// <see cref="StateSaved"/> tells of it where the process died right after it was durable.</summary>
    public Slot Saved { get; init; }
}

/// <summary>A snapshot of the machine is durable here.</summary>
/// <param name="Slot">What it covers.</param>
/// <param name="Chain">The hash chain there.</param>
public sealed record StateSaved(Slot Slot, ulong Chain) : ProtocolEvent;

/// <summary>The group's records up to a slot may go (R25). Told once that is durable.</summary>
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

/// <summary>This node begins an epoch: what it tells from now on is of it. What came before is durable.</summary>
/// <param name="Start">How the epoch begins.</param>
/// <param name="Roles">What this node may do in it.</param>
public sealed record EpochBegan(EpochStart Start, MemberRoles Roles) : ProtocolEvent;

/// <summary>Enough members have started the epoch (R14).</summary>
/// <param name="Epoch">The epoch.</param>
public sealed record HandedOver(Epoch Epoch) : ProtocolEvent;

/// <summary>What an acceptor's log told at the start of a life.</summary>
public sealed record AcceptorMemory
{
    /// <summary>The promise held.</summary>
    public Ballot Promised { get; init; }

    /// <summary>The ballot last voted in.</summary>
    public Ballot LastVoted { get; init; }

    /// <summary>That ballot's sync base.</summary>
    public Slot SyncBase { get; init; }

    /// <summary>That ballot's deal; null for none, or when it can't be read.</summary>
    public View? View { get; init; }

    /// <summary>The chosen-through.</summary>
    public Slot ChosenThrough { get; init; }

    /// <summary>The log's floor.</summary>
    public Slot TrimmedTo { get; init; }

    /// <summary>The votes above <see cref="ChosenThrough"/>, in slot order.</summary>
    public IReadOnlyList<VoteMark> Votes { get; init; } = [];

    /// <summary>Slots above <see cref="ChosenThrough"/> whose votes can't be read (R24).</summary>
    public IReadOnlyList<SlotRange> Faulty { get; init; } = [];

    /// <summary>How many records can't be read; what stood in them beside votes may be lost.</summary>
    public int Damaged { get; init; }
}

/// <summary>A vote, by its value's checksum.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Ballot">The ballot.</param>
/// <param name="Checksum">The value.</param>
public readonly record struct VoteMark(Slot Slot, Ballot Ballot, uint Checksum);
