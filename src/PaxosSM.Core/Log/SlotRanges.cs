namespace PaxosSM.Log;

/// <summary>A small set of slots, kept as ranges in order: what can't be read (R24).</summary>
internal sealed class SlotRanges
{
    private readonly List<SlotRange> _ranges = [];

    public bool IsEmpty => _ranges.Count == 0;

    public IReadOnlyList<SlotRange> All => _ranges;

    public Slot Last => _ranges.Count == 0 ? Slot.Zero : _ranges[^1].Last;

    public bool Contains(Slot slot)
    {
        foreach (var range in _ranges)
        {
            if (range.Contains(slot))
            {
                return true;
            }
        }

        return false;
    }

    public void Add(SlotRange added)
    {
        if (added.Count == 0)
        {
            return;
        }

        var place = 0;
        while (place < _ranges.Count && _ranges[place].Last.Next < added.First)
        {
            place++;
        }

        while (place < _ranges.Count && _ranges[place].First <= added.Last.Next)
        {
            added = new(Slot.Min(added.First, _ranges[place].First), Slot.Max(added.Last, _ranges[place].Last));
            _ranges.RemoveAt(place);
        }

        _ranges.Insert(place, added);
    }

    public void Remove(SlotRange removed)
    {
        if (removed.Count == 0)
        {
            return;
        }

        for (var index = _ranges.Count - 1; index >= 0; index--)
        {
            var range = _ranges[index];
            if (range.Last < removed.First || range.First > removed.Last)
            {
                continue;
            }

            _ranges.RemoveAt(index);
            if (range.Last > removed.Last)
            {
                _ranges.Insert(index, new(removed.Last.Next, range.Last));
            }

            if (range.First < removed.First)
            {
                _ranges.Insert(index, new(range.First, removed.First.Previous));
            }
        }
    }

    public void RemoveThrough(Slot slot) => Remove(new(Slot.Zero, slot));

    public void RemoveAbove(Slot slot) => Remove(new(slot.Next, new(long.MaxValue)));

    /// <summary>The ranges above <paramref name="slot"/>.</summary>
    public SlotRange[] Above(Slot slot) =>
        [.. from range in _ranges where range.Last > slot select new SlotRange(
            Slot.Max(range.First, slot.Next), range.Last)];

    /// <summary>What of <paramref name="within"/> is in the set.</summary>
    public SlotRange[] Within(SlotRange within) =>
        [.. from range in _ranges
            where range.Last >= within.First && range.First <= within.Last
            select new SlotRange(Slot.Max(range.First, within.First), Slot.Min(range.Last, within.Last))];
}
