using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Roles;

/// <summary>Learns what is chosen, and hands it to the executor in slot order, without a gap (R7, R10).</summary>
/// <remarks>
/// A value is known chosen from a co-located vote under a watermark of that very ballot, from another learner, or by
/// R5's last resort; never from anything else, and a slot is never inferred to be empty.
/// </remarks>
internal sealed class Learner
{
    private readonly NodeId _self;
    private readonly long _executingBytesMax;
    private readonly long _logBytesMax;
    private readonly ChosenLog _values;
    private readonly SlotLog<Vote> _votes = new();
    private readonly OptimisticDelivery _optimistic;
    private readonly Queue<(Slot Slot, Ballot Ballot)> _unsaved = new();
    private readonly SortedDictionary<Ballot, View> _deals = [];
    private readonly UndealtVotes _undealt = new();
    private Watermarks _marks = new();
    private Watermarks _durable = new();
    private long _executingBytes;
    private Slot _later;
    private Slot _told;
    private Slot _delivered;

    /// <summary>A learner whose machine holds everything through <paramref name="restored"/>.</summary>
    public Learner(NodeId self, ProtocolOptions options, Slot restored)
    {
        _self = self;
        _executingBytesMax = Math.Max(options.BatchBytesMax * 4L, 1 << 20);
        _logBytesMax = options.LogBytesMax;
        _optimistic = new(_executingBytesMax);
        _values = new(restored);
        KnownChosen = Executed = _told = _delivered = restored;
    }

    /// <summary>Everything up to here is chosen and present.</summary>
    public Slot Frontier => _values.Frontier;

    /// <summary>How the next epoch begins, once this one's end is chosen and everything before it is here; null
    /// before.</summary>
    public EpochStart? Next => _values.Next;

    /// <summary>The view of the newest reign that the log tells of; null before the first.</summary>
    public View? View { get; private set; }

    /// <summary>Everything up to here is known to be chosen, present or not. What is chosen above an epoch's end is
    /// void (R11): nobody is told of it.</summary>
    public Slot KnownChosen
    {
        get => Next is { } next ? Slot.Min(field, next.Base) : field;
        private set;
    }

    /// <summary>Everything up to here is known to be chosen, in this epoch or in later ones: what there is to
    /// fetch.</summary>
    public Slot KnownToExist => Slot.Max(KnownChosen, _later);

    /// <summary>The last slot applied.</summary>
    public Slot Executed { get; private set; }

    /// <summary>Values above this slot, through the frontier, are here for others to learn.</summary>
    public Slot Floor => _values.Floor;

    /// <summary>The chosen values held above the first gap, in slot order.</summary>
    public IReadOnlyList<ChosenValue> Ahead => [.. _values.Ahead.Select(held => new ChosenValue(held.Key, held.Value))];

    /// <summary>The bytes of values held.</summary>
    public long RetainedBytes => _values.Bytes;

    /// <summary>Whether nothing more should be proposed until a snapshot lets the log be trimmed. What lies ahead of a
    /// gap is none of that: it takes more proposals, or passed turns, to close the gap.</summary>
    public bool IsFull => _values.BytesThroughFrontier > _logBytesMax;

    /// <summary>Whether the executor is so far behind that nothing more should be fetched.</summary>
    public bool IsSated => _executingBytes >= _executingBytesMax && _delivered < Frontier;

    public void On(VotedSync sync, Effects effects)
    {
        // What vouches for them ends with the reign; below the sync's base nobody proposes them again, and where a
        // quorum is lost nobody could tell their values (R33).
        Save(effects);
        _durable.Begin(sync.View);
        _votes.RemoveAbove(sync.Base);
        for (var index = 0; index < sync.Suffix.Count; index++)
        {
            var slot = new Slot(sync.Base.Index + 1 + index);
            AddVote(new(slot, sync.View.Ballot, sync.Suffix[index]));
        }

        _marks.Begin(sync.View);
        KnownChosen = Slot.Max(KnownChosen, sync.Base);
        Advance(effects);
    }

    public void On(Voted voted, Effects effects)
    {
        AddVote(voted.Vote);
        if (voted.Durable is { } durable && _durable.Raise(durable))
        {
            ForgetSaved();
        }

        if (_marks.Covers(voted.Vote) && HasRoomFor(voted.Vote.Slot))
        {
            AddCovered(voted.Vote);
            Advance(effects);
        }
    }

    public void On(Chosen chosen, Effects effects)
    {
        KnownChosen = Slot.Max(KnownChosen, chosen.ChosenThrough);
        if (!_marks.Raise(chosen.Mark))
        {
            return;
        }

        for (var index = _votes.IndexAbove(Frontier); index < _votes.Count; index++)
        {
            var vote = _votes.At(index).Value;
            if (_marks.Covers(vote) && HasRoomFor(vote.Slot))
            {
                AddCovered(vote);
            }
        }

        // A vote up to here that is not covered was cast in an older reign: it tells nothing any more.
        _votes.RemoveThrough(_marks.Through);
        Advance(effects);
    }

    /// <summary>Takes chosen values from another learner, or from R5's last resort; they become durable here.</summary>
    /// <param name="first">The first value's slot.</param>
    /// <param name="values">The values.</param>
    /// <param name="effects">Takes what is to be done.</param>
    /// <param name="stride">How many slots lie from one to the next.</param>
    public void Learn(Slot first, IReadOnlyList<Value> values, Effects effects, int stride = 1)
    {
        for (var index = 0; index < values.Count; index++)
        {
            var slot = new Slot(first.Index + ((long)index * stride));
            if (slot > Frontier && HasRoomFor(slot) && _values.Add(slot, values[index]))
            {
                effects.Write(new LearnedWrite(slot, values[index]));
            }
        }

        Advance(effects);
    }

    public void LearnChosenThrough(Slot chosenThrough) => KnownChosen = Slot.Max(KnownChosen, chosenThrough);

    /// <summary>Somebody in a later epoch knows everything up to a slot to be chosen. Where this one ended is not known
    /// by that: above its end nothing is chosen in it (R11), so a take-over must not count on it (R5).</summary>
    public void LearnChosenLater(Slot chosenThrough) => _later = Slot.Max(_later, chosenThrough);

    /// <summary>Gives the machine what it may execute ahead of choice (R18), as long as it keeps up with what is
    /// chosen.</summary>
    /// <param name="leader">Who leads; none for nobody.</param>
    /// <param name="effects">Takes what is given out and taken back.</param>
    public void Anticipate(Ballot leader, Effects effects)
    {
        if (_marks.View?.Ballot != leader)
        {
            _optimistic.TakeBack(effects);
        }
        else if (_delivered == Frontier)
        {
            _optimistic.Extend(leader, _votes, Frontier, effects);
        }
    }

    /// <summary>Takes back what the machine was given ahead of choice (R18).</summary>
    public void TakeBack(Effects effects) => _optimistic.TakeBack(effects);

    /// <summary>Makes durable what only marks in memory show to be chosen here: the votes are in the log, but what
    /// vouches for them is not. Before the votes lose their meaning with the reign, or the epoch.</summary>
    public void Save(Effects effects)
    {
        while (_unsaved.TryDequeue(out var unsaved))
        {
            // The log may tell of it by now, though not of one before it in another lane.
            if (!_durable.Covers(unsaved.Slot, unsaved.Ballot) && _values.TryGet(unsaved.Slot, out var value))
            {
                effects.Write(new LearnedWrite(unsaved.Slot, value));
            }
        }
    }

    /// <summary>Everything here was read back from the log: it will be again.</summary>
    public void OnRecovered()
    {
        _deals.Clear();
        _undealt.Clear();
        _unsaved.Clear();
        _durable = _marks.Copy();
    }

    /// <summary>An epoch begins: votes and marks of the one before tell nothing any more, the chosen values
    /// stay.</summary>
    public void Begin(EpochStart epoch)
    {
        _values.Begin(epoch);
        _votes.RemoveAbove(Slot.Zero);
        _marks = new();
        _durable = new();
        _unsaved.Clear();
        View = null;

        // What was known to be chosen above the end is void.
        KnownChosen = Slot.Max(Frontier, epoch.Base);
    }

    public void On(Executed executed, Effects effects)
    {
        OnExecuted(executed.Through);
        Deliver(effects);
    }

    /// <summary>The machine now holds everything through the snapshot's slot.</summary>
    public void On(SnapshotInstalled installed, Effects effects)
    {
        if (installed.Epoch is { } epoch)
        {
            _values.Begin(epoch);
        }

        if (installed.Slot > Frontier)
        {
            _values.Jump(installed.Slot, effects);
            _told = _delivered = installed.Slot;
            _votes.RemoveThrough(installed.Slot);
            KnownChosen = Slot.Max(KnownChosen, Frontier);
            _executingBytes = 0;
        }

        OnExecuted(installed.Slot);
        if (_delivered < installed.Slot)
        {
            // The executor skips what the snapshot covers: all that it was given has just been taken off.
            _delivered = installed.Slot;
            _executingBytes = 0;
        }

        Advance(effects);
    }

    /// <summary>Values of consecutive slots from <paramref name="from"/> on; empty when there are none yet.</summary>
    public IReadOnlyList<Value> Read(Slot from, int bytesMax)
    {
        Invariant.Holds(from > Floor);
        var values = new List<Value>();
        long bytes = 0;
        for (var slot = from; slot <= Frontier && (bytes < bytesMax || values.Count == 0); slot = slot.Next)
        {
            var present = _values.TryGet(slot, out var value);
            Invariant.Holds(present);
            values.Add(value);
            bytes += value.Size;
        }

        return values;
    }

    /// <summary>The highest floor at or below <paramref name="candidate"/> that leaves a tail of at most so many slots
    /// and bytes below it.</summary>
    /// <remarks>Passed turns count by their bytes alone: they run ahead by thousands where owners are idle, and would
    /// leave a learner that is a tenth of a second behind nothing but a whole snapshot.</remarks>
    public Slot FloorWithTail(Slot candidate, int slots, long bytes)
    {
        var floor = candidate;
        while (floor > Floor && slots > 0 && _values.TryGet(floor, out var value) && (bytes -= value.Size) >= 0)
        {
            floor = floor.Previous;
            slots -= value.IsPass ? 0 : 1;
        }

        return floor;
    }

    public void Trim(Slot floor, Effects effects)
    {
        Invariant.Holds(floor <= Executed);
        _values.Drop(floor, effects);
        while (_unsaved.TryPeek(out var first) && first.Slot <= floor)
        {
            _unsaved.Dequeue();
        }
    }

    /// <summary>Looks ahead in what the log read back: the deal of a reign whose sync was let go stands in a
    /// checkpoint, behind the votes that tell how far the reign had come.</summary>
    public void Foresee(IReadOnlyList<RecoveredRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Write is CheckpointWrite { View: { } view })
            {
                _deals[view.Ballot] = view;
            }
        }
    }

    /// <summary>Takes a record read back at start: what the same votes and watermarks taught before the
    /// restart.</summary>
    public void Recover(RecoveredRecord record, Effects effects)
    {
        switch (record.Write)
        {
            case SyncWrite sync:
                On(new VotedSync(sync.Base, sync.View, sync.Suffix), effects);
                break;
            case VoteWrite vote:
                RecoverVote(vote, effects);
                break;
            case ChosenThroughWrite chosen:
                LearnChosenThrough(chosen.ChosenThrough);
                break;
            case LearnedWrite learned when learned.Slot > Frontier:
                _values.Add(learned.Slot, learned.Value);
                Advance(effects);
                break;
            case CheckpointWrite checkpoint:
                RecoverCheckpoint(checkpoint);
                break;
            default:
                break;
        }
    }

    private void RecoverVote(VoteWrite vote, Effects effects)
    {
        if (_deals.TryGetValue(vote.Ballot, out var deal))
        {
            _marks.Begin(deal);
        }

        foreach (var slot in vote.Slots)
        {
            On(new Voted(new(slot, vote.Ballot, vote.Value)), effects);
        }

        On(new Chosen(new(vote.Ballot, vote.Lane, vote.LaneThrough), vote.ChosenThrough), effects);
        if (_marks.View?.Ballot == vote.Ballot)
        {
            return;
        }

        foreach (var chosen in _undealt.Take(vote))
        {
            if (chosen.Slot > Frontier && HasRoomFor(chosen.Slot))
            {
                _values.Add(chosen.Slot, chosen.Value);
                Advance(effects);
            }
        }
    }

    // Chosen-through is at least trimmed-to (R25): a machine that lost its snapshot (R24) learns here what to ask for.
    private void RecoverCheckpoint(CheckpointWrite checkpoint)
    {
        LearnChosenThrough(checkpoint.ChosenThrough);
        if (checkpoint.View is { } view)
        {
            _marks.Begin(view);
        }
    }

    private void OnExecuted(Slot through)
    {
        for (var slot = Executed.Next; slot <= Slot.Min(through, _delivered); slot = slot.Next)
        {
            _executingBytes -= _values.TryGet(slot, out var value) ? value.Size : 0;
        }

        Executed = Slot.Max(Executed, through);
    }

    // What lies ahead of a gap is fetched again rather than held without a bound, however long the gap stays.
    private bool HasRoomFor(Slot slot) => slot == Frontier.Next || RetainedBytes < _logBytesMax;

    private void AddCovered(Vote vote)
    {
        if (_values.Add(vote.Slot, vote.Value) && !_durable.Covers(vote))
        {
            _unsaved.Enqueue((vote.Slot, vote.Ballot));
        }
    }

    // In the order in which they were learned: who stands behind one that is not saved is looked at later.
    private void ForgetSaved()
    {
        while (_unsaved.TryPeek(out var first) && _durable.Covers(first.Slot, first.Ballot))
        {
            _unsaved.Dequeue();
        }
    }

    private void AddVote(Vote vote)
    {
        if (vote.Slot > Frontier)
        {
            _votes.Set(vote.Slot, vote);
        }
    }

    private void Advance(Effects effects)
    {
        if (Frontier > _told)
        {
            _told = Frontier;
            _votes.RemoveThrough(Frontier);
            KnownChosen = Slot.Max(KnownChosen, Frontier);
            effects.TellFrontier(Frontier);
            effects.SendAfterWrite(_self, new Learned(Frontier));
        }

        Deliver(effects);
    }

    private void Deliver(Effects effects)
    {
        while (_delivered < Frontier && _executingBytes < _executingBytesMax)
        {
            _delivered = _delivered.Next;
            var present = _values.TryGet(_delivered, out var value);
            Invariant.Holds(present);
            _executingBytes += value.Size;
            effects.Apply(_delivered, value);
            if (value.Kind == ValueKind.View && ViewCodec.Decode(value.Payload.Span) is { } view)
            {
                View = view;
            }
        }
    }
}
