namespace PaxosSM.Messages;

/// <summary>To the learner on the same node: the acceptor voted; the value is chosen once a watermark of this very
/// ballot covers it (R7).</summary>
/// <remarks>Never leaves the node.</remarks>
/// <param name="Vote">The vote.</param>
public sealed record Voted(Vote Vote) : Message
{
    /// <summary>The mark that became durable with the vote; null for none.</summary>
    public Watermark? Durable { get; init; }
}

/// <summary>To the learner on the same node: the acceptor voted for a sync; as <see cref="Voted"/>, for all its
/// slots.</summary>
/// <remarks>Never leaves the node.</remarks>
/// <param name="Base">The sync's base.</param>
/// <param name="View">The deal.</param>
/// <param name="Suffix">The values above the base.</param>
public sealed record VotedSync(Slot Base, View View, IReadOnlyList<Value> Suffix) : Message;

/// <summary>To the acceptor on the same node: the chosen values up to here are held durably (R3, R24).</summary>
/// <remarks>Never leaves the node.</remarks>
/// <param name="Through">The slot.</param>
public sealed record Learned(Slot Through) : Message;

/// <summary>To learners: what an owner, or the leader for its sync, counted as chosen (R7).</summary>
/// <param name="Mark">What is chosen in its very ballot.</param>
/// <param name="ChosenThrough">What is chosen, whatever the ballot.</param>
public sealed record Chosen(Watermark Mark, Slot ChosenThrough) : Message
{
    /// <summary>The highest slot in which the sender has proposed something that is no passed turn: other owners pass
    /// their turns up to there (R9).</summary>
    public Slot Work { get; init; }
}

/// <summary>A learner asks another for chosen values.</summary>
/// <param name="From">The first slot wanted.</param>
/// <param name="BytesMax">How much the answer may carry.</param>
/// <param name="Follow">Answer when there is something, rather than at once with nothing.</param>
public sealed record LearnRequest(Slot From, int BytesMax, bool Follow) : Message;

/// <summary>Chosen values, or the snapshot to take instead when they are trimmed (R25).</summary>
/// <param name="First">The first value's slot.</param>
/// <param name="Values">The values, slot by slot.</param>
/// <param name="ChosenThrough">What the sender knows to be chosen.</param>
/// <param name="Snapshot">The sender's snapshot covers up to here; zero unless <paramref name="First"/> is
/// trimmed.</param>
public sealed record LearnReply(Slot First, IReadOnlyList<Value> Values, Slot ChosenThrough, Slot Snapshot) : Message
{
    /// <summary>How many slots lie from one value to the next: 1, but for an owner that hands out its lane
    /// unasked.</summary>
    public int Stride { get; init; } = 1;
}

/// <summary>R5's last resort: a leader asks acceptors, which have promised its ballot, for their votes in slots known
/// chosen whose value no learner supplies.</summary>
/// <param name="Ballot">The leader's ballot.</param>
/// <param name="Range">The slots.</param>
public sealed record VotesRequest(Ballot Ballot, SlotRange Range) : Message;

/// <summary>An acceptor's votes, for <see cref="VotesRequest"/>.</summary>
/// <param name="Ballot">The leader's ballot.</param>
/// <param name="Range">The slots asked for.</param>
/// <param name="Votes">The votes there, whatever their ballot, in slot order.</param>
/// <param name="Dropped">Slots whose vote was dropped for its chosen value or a snapshot: ask a learner.</param>
/// <param name="Faulty">Slots that can't be read: no answer (R24).</param>
public sealed record VotesReply(
    Ballot Ballot, SlotRange Range, IReadOnlyList<Vote> Votes, IReadOnlyList<SlotRange> Dropped,
        IReadOnlyList<SlotRange> Faulty) : Message;

/// <summary>Asks for a piece of a snapshot.</summary>
/// <param name="Slot">The snapshot's slot.</param>
/// <param name="Offset">Where the piece begins, in bytes.</param>
/// <param name="BytesMax">How long it may be.</param>
public sealed record SnapshotRequest(Slot Slot, long Offset, int BytesMax) : Message;

/// <summary>A piece of a snapshot.</summary>
/// <param name="Slot">The snapshot's slot; zero when the sender has it no more.</param>
/// <param name="Offset">Where the piece begins.</param>
/// <param name="Length">The whole snapshot's length.</param>
/// <param name="Bytes">The piece.</param>
public sealed record SnapshotPiece(Slot Slot, long Offset, long Length, ReadOnlyMemory<byte> Bytes) : Message;

/// <summary>What a learner has applied and holds in a durable snapshot (R25), with what replicas compare
/// (R28).</summary>
/// <param name="Applied">A slot it applied at which digests are taken.</param>
/// <param name="Chain">The hash chain there.</param>
/// <param name="Digest">The machine's digest there; zero where the machine makes none.</param>
/// <param name="SnapshotThrough">What a durable snapshot here covers.</param>
/// <param name="Cursor">The lowest slot that a joiner, reader or backup here still needs; <see cref="Slot.Zero"/> for
/// none.</param>
public sealed record Checkpoint(Slot Applied, ulong Chain, ulong Digest, Slot SnapshotThrough, Slot Cursor) : Message;
