namespace PaxosSM.Testing.Traces;

/// <summary>What an acceptor told that it holds durably.</summary>
internal sealed class AcceptorHistory
{
    private readonly Dictionary<Ballot, IReadOnlyList<SlotRange>> _promises = [];
    private readonly List<Ballot> _syncs = [];
    private List<SlotRange> _faulty = [];
    private long[] _lanes = [];

    /// <summary>The promise held.</summary>
    public Ballot Promised { get; private set; }

    /// <summary>The ballot last voted in.</summary>
    public Ballot LastVoted { get; private set; }

    /// <summary>The chosen-through.</summary>
    public Slot ChosenThrough { get; private set; }

    /// <summary>The highest slot voted for in <see cref="LastVoted"/>.</summary>
    public Slot Highest { get; private set; }

    /// <summary>Whether it promised a ballot, told by itself.</summary>
    public bool HasPromised(Ballot ballot) => _promises.ContainsKey(ballot);

    /// <summary>What it could not read when it promised.</summary>
    public IReadOnlyList<SlotRange> FaultyAt(Ballot promised) =>
        _promises.TryGetValue(promised, out var faulty) ? faulty : [];

    /// <summary>The highest ballot below another that it voted in.</summary>
    public Ballot LastVotedBelow(Ballot ballot)
    {
        for (var index = _syncs.Count - 1; index >= 0; index--)
        {
            if (_syncs[index] < ballot)
            {
                return _syncs[index];
            }
        }

        return Ballot.None;
    }

    /// <summary>Whether it voted for the ballot's sync.</summary>
    public bool HasVotedIn(Ballot ballot) => _syncs.BinarySearch(ballot) >= 0;

    /// <summary>The end of its votes in a lane of the present reign.</summary>
    public Slot EndOf(int lane) => new(_lanes[lane]);

    public void Promise(Ballot ballot)
    {
        Promised = Ballot.Max(Promised, ballot);
        _promises.TryAdd(ballot, _faulty.Count == 0 ? [] : [.. _faulty]);
    }

    public void VoteSync(ReignHistory reign, Slot syncBase)
    {
        Promised = Ballot.Max(Promised, reign.Ballot);
        LastVoted = reign.Ballot;
        var place = _syncs.BinarySearch(reign.Ballot);
        if (place < 0)
        {
            _syncs.Insert(~place, reign.Ballot);
        }

        Raise(syncBase);
        Highest = Slot.Max(syncBase, reign.ViewSlot);
        _faulty = [.. from range in _faulty
                      where range.First <= syncBase
                      select new SlotRange(range.First, Slot.Min(range.Last, syncBase))];
        _lanes = new long[reign.Lanes];
        for (var lane = 0; lane < _lanes.Length; lane++)
        {
            _lanes[lane] = reign.View.Start.Index + lane - _lanes.Length;
        }
    }

    public void VoteSlot(ReignHistory reign, Slot slot)
    {
        ref var end = ref _lanes[reign.LaneOf(slot)];
        end = Math.Max(end, slot.Index);
        Highest = Slot.Max(Highest, slot);
        if (_faulty.Count > 0)
        {
            Repair(slot);
        }
    }

    public void Raise(Slot chosenThrough) => ChosenThrough = Slot.Max(ChosenThrough, chosenThrough);

    /// <summary>A life begins with what its log told: that counts from now on, told before or not.</summary>
    public void Restart(AcceptorMemory memory, ReignHistory? reign)
    {
        Promised = memory.Promised;
        if (memory.LastVoted != LastVoted)
        {
            LastVoted = memory.LastVoted;
            Highest = memory.ChosenThrough;
            if (reign is not null)
            {
                VoteSync(reign, memory.SyncBase);
            }
        }

        ChosenThrough = memory.ChosenThrough;
        _faulty = [.. memory.Faulty];
        if (memory.Promised != Ballot.None)
        {
            // Durable, though nobody told it; a repeat of the prepare may be answered from now on (R2).
            Promise(memory.Promised);
        }

        foreach (var vote in memory.Votes)
        {
            if (reign is not null && vote.Ballot == reign.Ballot && vote.Slot > reign.ViewSlot)
            {
                VoteSlot(reign, vote.Slot);
            }
        }
    }

    private void Repair(Slot slot)
    {
        List<SlotRange> left = [];
        foreach (var range in _faulty)
        {
            if (!range.Contains(slot))
            {
                left.Add(range);
                continue;
            }

            left.AddRange(from part in new[] { range with { Last = slot.Previous }, range with { First = slot.Next } }
                          where part.Count > 0
                          select part);
        }

        _faulty = left;
    }
}
