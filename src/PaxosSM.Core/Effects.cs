using PaxosSM.Election;
using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM;

/// <summary>What steps ask of the outside world. The driver clears it once it has carried everything out.</summary>
/// <remarks>
/// The order between a write and a message is a type here, not a comment: <see cref="SendsAfterWrite"/> are true only
/// once
/// <see cref="Writes"/>, and all writes of earlier steps, are durable; <see cref="Sends"/> may leave at once. Messages
/// to the node itself go the same way, so that roles on one node are joined by nothing but messages: the replica
/// delivers those of <see cref="Sends"/> within the step, the driver those of <see cref="SendsAfterWrite"/> after the
/// write.
/// </remarks>
public sealed class Effects
{
    private readonly List<DurableWrite> _writes = [];
    private readonly NodeId _self;
    private readonly Queue<Message> _toSelf = new();
    private readonly List<Envelope> _sends = [];
    private readonly List<Envelope> _sendsAfterWrite = [];
    private readonly List<ChosenValue> _applies = [];
    private readonly List<TentativeValue> _tentative = [];
    private readonly List<ReadBound> _reads = [];
    private readonly List<ReconfigurationAnswer> _answers = [];
    private readonly List<TransferAnswer> _transfers = [];
    private readonly List<ProtocolEvent> _events = [];
    private readonly List<ProtocolEvent> _eventsAfterWrite = [];
    private readonly List<Value> _freed = [];

    /// <summary>The effects of a node's steps.</summary>
    public Effects(NodeId self) => _self = self;

    /// <summary>Records to make durable, in order.</summary>
    public IReadOnlyList<DurableWrite> Writes => _writes;

    /// <summary>Messages that promise nothing about this node's disk.</summary>
    public IReadOnlyList<Envelope> Sends => _sends;

    /// <summary>Messages that are true only once <see cref="Writes"/> are durable.</summary>
    public IReadOnlyList<Envelope> SendsAfterWrite => _sendsAfterWrite;

    /// <summary>Chosen values to apply, in slot order, without a gap.</summary>
    public IReadOnlyList<ChosenValue> Applies => _applies;

    /// <summary>Whether what was given out ahead of choice, and is not applied, is to be taken back (R18), before
    /// <see cref="Tentative"/> is given out.</summary>
    public bool TakesBack { get; private set; }

    /// <summary>Values that may be executed ahead of choice (R18): in slot order without a gap, on top of what was
    /// given to apply, and of earlier ones.</summary>
    public IReadOnlyList<TentativeValue> Tentative => _tentative;

    /// <summary>Reads of this node that have their bound, or were refused.</summary>
    public IReadOnlyList<ReadBound> Reads => _reads;

    /// <summary>What became of wishes to end the epoch.</summary>
    public IReadOnlyList<ReconfigurationAnswer> Answers => _answers;

    /// <summary>What became of wishes that another node should lead.</summary>
    public IReadOnlyList<TransferAnswer> Transfers => _transfers;

    /// <summary>What happened, for people, metrics and trace checkers; nothing depends on it.</summary>
    public IReadOnlyList<ProtocolEvent> Events => _events;

    /// <summary>What happened once <see cref="Writes"/> are durable; told before any of <see cref="SendsAfterWrite"/>
    /// leaves, so that a trace never lacks what another node was answered.</summary>
    public IReadOnlyList<ProtocolEvent> EventsAfterWrite => _eventsAfterWrite;

    /// <summary>Values that the core holds no longer, and the executor has behind it: once <see cref="Writes"/> are
    /// durable, and all messages of the step, and those that wait for these writes, have left, each is to be told
    /// <see cref="Value.GiveBack"/>.</summary>
    public IReadOnlyList<Value> Freed => _freed;

    /// <summary>A snapshot to fetch from a node that has it; null for none.</summary>
    public SnapshotSource? FetchSnapshot { get; private set; }

    /// <summary>Whether what happens for each slot is told: proposals, votes, watermarks, frontiers. Each is an object,
    /// which nobody may want.</summary>
    public bool TellsSlots { get; set; } = true;

    /// <summary>Forgets all effects.</summary>
    public void Clear()
    {
        _writes.Clear();
        _sends.Clear();
        _sendsAfterWrite.Clear();
        _applies.Clear();
        _tentative.Clear();
        TakesBack = false;
        _reads.Clear();
        _answers.Clear();
        _transfers.Clear();
        _events.Clear();
        _eventsAfterWrite.Clear();
        _freed.Clear();
        FetchSnapshot = null;
    }

    /// <summary>The epoch that writes are of; zero for the first.</summary>
    internal Epoch Epoch { get; set; }

    internal void Write(DurableWrite write) =>
        _writes.Add(Epoch == default ? write : write with { Epoch = Epoch });

    internal void Send(NodeId to, Message message)
    {
        if (to == _self)
        {
            _toSelf.Enqueue(message);
            return;
        }

        _sends.Add(new(to, message));
    }

    internal bool TryTakeOwn(out Message message) => _toSelf.TryDequeue(out message!);

    internal void SendAfterWrite(NodeId to, Message message) => _sendsAfterWrite.Add(new(to, message));

    internal void Apply(Slot slot, Value value) => _applies.Add(new(slot, value));

    internal void Anticipate(Slot slot, Value value) => _tentative.Add(new(slot, value));

    internal void TakeBack()
    {
        _tentative.Clear();
        TakesBack = true;
    }

    internal void AnswerRead(ReadBound read) => _reads.Add(read);

    internal void Answer(ReconfigurationAnswer answer) => _answers.Add(answer);

    internal void Answer(TransferAnswer answer) => _transfers.Add(answer);

    internal void Tell(ProtocolEvent happened) => _events.Add(happened);

    internal void TellAfterWrite(ProtocolEvent happened) => _eventsAfterWrite.Add(happened);

    internal void TellCounted(Watermark mark)
    {
        if (TellsSlots)
        {
            _events.Add(new Counted(mark));
        }
    }

    internal void TellFrontier(Slot through)
    {
        if (TellsSlots)
        {
            _events.Add(new FrontierMoved(through));
        }
    }

    internal void TellProposed(Ballot ballot, Slot first, Slot last, int stride, Value value)
    {
        if (TellsSlots)
        {
            _events.Add(new Proposed(ballot, first, value.Checksum) { Last = last, Stride = stride });
        }
    }

    internal void TellVotedAfterWrite(VoteWrite vote)
    {
        if (TellsSlots)
        {
            _eventsAfterWrite.Add(new SlotVoted(vote.Ballot, vote.Slot, vote.Value.Checksum, vote.ChosenThrough)
            {
                Last = vote.Last,
                Stride = vote.Stride,
            });
        }
    }

    internal void Free(Value value) => _freed.Add(value);

    internal void ForgetEvents() => _events.Clear();

    internal void Fetch(SnapshotSource source) => FetchSnapshot = source;
}

/// <summary>A message and where it goes.</summary>
/// <param name="To">The member.</param>
/// <param name="Message">The message.</param>
public readonly record struct Envelope(NodeId To, Message Message);

/// <summary>A chosen value.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Value">The value.</param>
public readonly record struct ChosenValue(Slot Slot, Value Value);

/// <summary>A value that is not known to be chosen, and may never be (R18).</summary>
/// <param name="Slot">The slot that it was proposed for.</param>
/// <param name="Value">The value.</param>
public readonly record struct TentativeValue(Slot Slot, Value Value);

/// <summary>The answer to a <see cref="ReadRequested"/>.</summary>
/// <param name="Id">The request's number.</param>
/// <param name="Error"><see cref="PaxosError.None"/>, or why there is no bound; ask again.</param>
/// <param name="Bound">Apply through here, then read.</param>
/// <param name="LeaseUntil">For a lease read on the leader: the read counts only if it ended before this moment (R20b);
/// else zero.</param>
public readonly record struct ReadBound(long Id, PaxosError Error, Slot Bound, Instant LeaseUntil)
{
    /// <summary>The epoch that it was given in: a bound at or above that epoch's stop is void (R20).</summary>
    public Epoch Epoch { get; init; }
}

/// <summary>Where to fetch a snapshot.</summary>
/// <param name="From">Who has it.</param>
/// <param name="Slot">What it covers.</param>
public sealed record SnapshotSource(NodeId From, Slot Slot);
