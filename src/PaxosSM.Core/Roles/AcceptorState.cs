using PaxosSM.Log;
using PaxosSM.Messages;

namespace PaxosSM.Roles;

/// <summary>What an acceptor remembers, and how each record of its log changes it: the same code votes and
/// recovers.</summary>
internal sealed class AcceptorState
{
    private readonly SlotLog<Vote> _votes = new();
    private readonly SlotRanges _faulty = new();
    private readonly EpochWrite? _epoch;
    private LaneProgress[] _lanes = [];
    private Slot _dropped;

    // A checkpoint that can't be read may have been all that was left of the reign last voted in (R24).
    private bool _lostReign;

    /// <summary>An acceptor that begins an epoch: it has promised and voted for nothing (R12).</summary>
    /// <param name="epoch">The epoch's begin; null for the first.</param>
    /// <param name="trimmedTo">The log's floor.</param>
    public AcceptorState(EpochWrite? epoch = null, Slot trimmedTo = default)
    {
        _epoch = epoch;
        ChosenThrough = _dropped = epoch?.Start.Base ?? Slot.Zero;
        TrimmedTo = trimmedTo;
    }

    public Ballot Promised { get; private set; }

    public Ballot LastVoted { get; private set; }

    public Slot SyncBase { get; private set; }

    /// <summary>The deal of <see cref="LastVoted"/>; null for none, or when its record is damaged.</summary>
    public View? View { get; private set; }

    public Slot ChosenThrough { get; private set; }

    public Slot TrimmedTo { get; private set; }

    public IReadOnlyList<SlotRange> Faulty => _faulty.All;

    /// <summary>The highest slot voted for, or chosen-through (R20a); a vote that can't be read was one (R24). Turns
    /// passed above all else show nothing to a read, and are left out.</summary>
    public Slot Highest
    {
        get
        {
            var index = _votes.Count - 1;
            while (index >= 0 && _votes.At(index).Value.Value.IsPass)
            {
                index--;
            }

            var voted = index >= 0 ? _votes.At(index).Key : Slot.Zero;
            return Slot.Max(ChosenThrough, Slot.Max(voted, _faulty.Last));
        }
    }

    public LaneProgress ProgressOf(Lane lane) => lane.Index < _lanes.Length ? _lanes[lane.Index] : default;

    public void Promise(Ballot ballot)
    {
        Invariant.Holds(ballot >= Promised);
        Promised = ballot;
    }

    /// <summary>R3: votes for the whole suffix at once; what a lower ballot left above the base is gone.</summary>
    public void VoteSync(Ballot ballot, Slot syncBase, View view, IReadOnlyList<Value> suffix)
    {
        Invariant.Holds(ballot > LastVoted && ballot >= Promised);
        BeginReign(ballot, syncBase, view);
        for (var index = 0; index < suffix.Count; index++)
        {
            var slot = new Slot(syncBase.Index + 1 + index);
            _votes.Set(slot, new(slot, ballot, suffix[index]));
        }
    }

    /// <summary>Takes the deal of the reign last voted in, its record being damaged or gone: it travels with every
    /// sync (R3).</summary>
    public void TakeDeal(View? view)
    {
        View = view;
        ResetLanes();
        foreach (var (slot, vote) in _votes)
        {
            if (view is not null && vote.Ballot == LastVoted)
            {
                ExtendRun(slot);
            }
        }
    }

    /// <summary>The slot of a lane of the deal that R4 lets the acceptor vote for now: the first above its
    /// run.</summary>
    public Slot NextOf(Lane lane)
    {
        _lanes[lane.Index] = _lanes[lane.Index].Pass(View!, lane, ChosenThrough);
        return View!.NextInLane(lane, _lanes[lane.Index].Through);
    }

    public void VoteSlot(Lane lane, Slot slot, Value value)
    {
        Invariant.Holds(LastVoted == Promised && slot == NextOf(lane));
        _votes.Set(slot, new(slot, LastVoted, value));
        _faulty.Remove(new(slot, slot));
        _lanes[lane.Index] = _lanes[lane.Index] with { Through = slot };
    }

    /// <returns>Whether it rose.</returns>
    public bool RaiseChosenThrough(Slot chosenThrough)
    {
        var rises = chosenThrough > ChosenThrough;
        ChosenThrough = Slot.Max(ChosenThrough, chosenThrough);
        return rises;
    }

    /// <summary>The chosen values up to here are held durably on this node: the votes there have done their work (R3),
    /// and damage there is repaired (R24).</summary>
    /// <returns>The slots repaired.</returns>
    public SlotRange[] ForgetLearned(Slot through)
    {
        var forget = Slot.Min(through, ChosenThrough);
        SlotRange[] repaired = _faulty.IsEmpty ? [] : _faulty.Within(new(Slot.Zero, forget));
        _votes.RemoveThrough(forget);
        _faulty.RemoveThrough(forget);
        _dropped = Slot.Max(_dropped, forget);
        return repaired;
    }

    public void Trim(Slot floor)
    {
        TrimmedTo = Slot.Max(TrimmedTo, floor);
        RaiseChosenThrough(TrimmedTo);
        ForgetLearned(TrimmedTo);
    }

    public Promise Report(Ballot ballot) => Report(ballot, ChosenThrough);

    /// <summary>The same with the reign's votes above a slot that lies lower: whose values nobody else may have
    /// (R33).</summary>
    public Promise Report(Ballot ballot, Slot above)
    {
        var votes = new List<Vote>();
        for (var index = _votes.IndexAbove(above); index < _votes.Count; index++)
        {
            var vote = _votes.At(index).Value;
            Invariant.Holds(vote.Ballot == LastVoted || vote.Slot <= ChosenThrough);
            if (vote.Ballot == LastVoted)
            {
                // Whoever adopts it proposes it again, and again.
                vote.Value.Keep();
                votes.Add(vote);
            }
        }

        return new(ballot, ChosenThrough, LastVoted, SyncBase, View, votes, FaultyAbove(above));
    }

    /// <summary>What a restart found, for whoever checks that nothing was forgotten (I11).</summary>
    public AcceptorMemory Remember(int damaged)
    {
        var votes = new List<VoteMark>();
        for (var index = _votes.IndexAbove(ChosenThrough); index < _votes.Count; index++)
        {
            var vote = _votes.At(index).Value;
            votes.Add(new(vote.Slot, vote.Ballot, vote.Value.Checksum));
        }

        return new()
        {
            Promised = Promised,
            LastVoted = LastVoted,
            SyncBase = SyncBase,
            View = View,
            ChosenThrough = ChosenThrough,
            TrimmedTo = TrimmedTo,
            Votes = votes,
            Faulty = FaultyAbove(ChosenThrough),
            Damaged = damaged,
        };
    }

    public VotesReply ReportVotes(Ballot ballot, SlotRange range)
    {
        var votes = new List<Vote>();
        for (var index = _votes.IndexAbove(range.First.Previous); index < _votes.Count; index++)
        {
            var vote = _votes.At(index).Value;
            if (vote.Slot > range.Last)
            {
                break;
            }

            if (!_faulty.Contains(vote.Slot))
            {
                votes.Add(vote);
            }
        }

        var dropped = new SlotRange(range.First, Slot.Min(range.Last, _dropped));
        return new(ballot, range, votes, dropped.Count > 0 ? [dropped] : [], _faulty.Within(range));
    }

    /// <summary>Whether some of the sync last voted for can't be read (R24), above what is chosen.</summary>
    public bool LacksSync => View is { } view && FaultyAbove(ChosenThrough).Any(range => range.First <= view.Slot);

    /// <summary>Whether a checkpoint may take the place of the records before it: not while those of the epoch before
    /// are needed (R14).</summary>
    public bool MayCheckpoint => _epoch is null || TrimmedTo >= _epoch.Start.Base;

    public CheckpointWrite Checkpoint() =>
        new(Promised, LastVoted, SyncBase, View, ChosenThrough, TrimmedTo) { Begins = _epoch };

    /// <summary>Takes a record read back at start, or the key of a damaged one (R24).</summary>
    public void Recover(RecoveredRecord record)
    {
        if (record.Write is null)
        {
            RecoverDamaged(record.Key);
            return;
        }

        switch (record.Write)
        {
            case PromiseWrite promise:
                Promised = Ballot.Max(Promised, promise.Ballot);
                break;
            case SyncWrite sync:
                VoteSync(sync.Ballot, sync.Base, sync.View, sync.Suffix);
                break;
            case VoteWrite vote:
                RaiseChosenThrough(vote.ChosenThrough);
                RecoverReign(vote.Ballot);
                RecoverVote(vote);
                break;
            case ChosenThroughWrite chosen:
                RaiseChosenThrough(chosen.ChosenThrough);
                break;
            case CheckpointWrite checkpoint:
                RecoverCheckpoint(checkpoint);
                break;
            default:
                break;
        }
    }

    private SlotRange[] FaultyAbove(Slot slot) => _lostReign
        ? [new(slot.Next, new(long.MaxValue / 4))]
        : _faulty.Above(slot);

    // A vote of a ballot whose sync is not in the log: a later checkpoint let the sync go, and tells its base and deal.
    private void RecoverReign(Ballot ballot)
    {
        if (ballot > LastVoted)
        {
            Promised = Ballot.Max(Promised, ballot);
            LastVoted = ballot;
            SyncBase = default;
            View = null;
            ResetLanes();
        }
    }

    // R4 was obeyed when the vote was made: what is missing before it was passed as chosen, or can't be read. The run
    // ends before a vote that can't be read: what follows is voted for again when its turn comes, with the same value.
    private void RecoverVote(VoteWrite vote)
    {
        Invariant.Holds(vote.Ballot == LastVoted);
        foreach (var slot in vote.Slots)
        {
            _votes.Set(slot, new(slot, vote.Ballot, vote.Value));

            // A vote made again after damage is as good as the first one was.
            _faulty.Remove(new(slot, slot));
            if (View is not null)
            {
                ExtendRun(slot);
            }
        }
    }

    private void RecoverCheckpoint(CheckpointWrite checkpoint)
    {
        Promised = Ballot.Max(Promised, checkpoint.Promised);
        RaiseChosenThrough(checkpoint.ChosenThrough);
        if (checkpoint.LastVoted > LastVoted || (checkpoint.LastVoted == LastVoted && View is null))
        {
            LastVoted = checkpoint.LastVoted;
            SyncBase = checkpoint.SyncBase;

            // R3: the sync removed what lower ballots had left above its base; it may be gone itself.
            _votes.RemoveWhere(vote => vote.Slot > SyncBase && vote.Ballot < LastVoted);
            TakeDeal(checkpoint.View);
        }

        _lostReign = false;
        Trim(checkpoint.TrimmedTo);
    }

    private void RecoverDamaged(RecordKey key)
    {
        Promised = Ballot.Max(Promised, key.Ballot);
        switch (key.Kind)
        {
            case RecordKind.Sync:
                BeginReign(key.Ballot, key.First.Previous, null);
                _faulty.Add(new(key.First, key.Last));
                break;
            case RecordKind.Vote:
                // It may be a tear that can't be told from damage, a vote that nobody was told of: the proposer sends
                // it again then.
                // The key of a run names its ends; where the deal is not known either, all between counts as damaged.
                RecoverReign(key.Ballot);
                var stride = View?.Owners.Count ?? 1;
                for (var slot = key.First; slot <= key.Last; slot = new(slot.Index + stride))
                {
                    _faulty.Add(new(slot, slot));
                }

                break;
            case RecordKind.ChosenThrough:
                RaiseChosenThrough(key.Last);
                break;
            case RecordKind.Checkpoint:
                RaiseChosenThrough(key.Last);
                Trim(key.First);
                _lostReign = true;
                break;
            default:
                break;
        }
    }

    private void BeginReign(Ballot ballot, Slot syncBase, View? view)
    {
        Promised = Ballot.Max(Promised, ballot);
        LastVoted = ballot;
        SyncBase = syncBase;
        View = view;
        RaiseChosenThrough(syncBase);
        _votes.RemoveAbove(syncBase);
        _faulty.RemoveAbove(syncBase);
        _lostReign = false;
        ResetLanes();
    }

    private void ExtendRun(Slot slot)
    {
        if (slot < View!.Start)
        {
            return;
        }

        var lane = View.LaneOf(slot);
        ref var run = ref _lanes[lane.Index];
        var before = new Slot(slot.Index - View.Owners.Count);
        if (View.NextInLane(lane, run.Through) == slot)
        {
            run = run with { Through = slot };
        }
        else if (slot > run.Through && before <= ChosenThrough)
        {
            run = new(before, slot);
        }
    }

    private void ResetLanes()
    {
        _lanes = new LaneProgress[View?.Owners.Count ?? 0];
        Array.Fill(_lanes, new(View?.Slot ?? default, View?.Slot ?? default));
    }
}
