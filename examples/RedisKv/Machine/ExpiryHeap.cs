namespace PaxosSM.RedisKv.Machine;

/// <summary>Finds the keys that are due: a binary heap of slots by due time, in which every slot knows its
/// place.</summary>
/// <remarks>
/// It holds exactly the keys that expire, no outdated entries, because the earliest due time becomes a replicated
/// timer and must be the same on a replica that lived through the log and on one that was restored from a snapshot.
/// </remarks>
internal sealed class ExpiryHeap
{
    private long[] _dues = [];
    private int[] _slots = [];
    private int[] _places = [];

    /// <summary>How many keys expire.</summary>
    public int Count { get; private set; }

    /// <summary>The earliest due time; <see cref="long.MaxValue"/> when nothing expires.</summary>
    public long EarliestDue => Count == 0 ? long.MaxValue : _dues[0];

    /// <summary>The slot with the earliest due time.</summary>
    public int EarliestSlot => _slots[0];

    /// <summary>Sets, moves or removes (<see cref="long.MaxValue"/>) a slot's due time.</summary>
    public void Set(int slot, long due)
    {
        var place = slot < _places.Length ? _places[slot] - 1 : -1;
        if (due == long.MaxValue)
        {
            if (place >= 0)
            {
                Remove(place);
            }

            return;
        }

        if (place < 0)
        {
            Reserve(slot);
            place = Count++;
        }

        Put(place, slot, due);
        Settle(place);
    }

    /// <summary>How many slots are due at a time; costs as much as there are such slots.</summary>
    public int CountDue(long now) => CountDue(0, now);

    private int CountDue(int place, long now) =>
        place >= Count || _dues[place] > now ? 0 : 1 + CountDue((2 * place) + 1, now) + CountDue((2 * place) + 2, now);

    private void Remove(int place)
    {
        _places[_slots[place]] = 0;
        var last = --Count;
        if (place == last)
        {
            return;
        }

        Put(place, _slots[last], _dues[last]);
        Settle(place);
    }

    private void Settle(int place)
    {
        var slot = _slots[place];
        var due = _dues[place];
        while (place > 0 && due < _dues[(place - 1) / 2])
        {
            place = Move((place - 1) / 2, place);
        }

        for (var child = SmallerChild(place); child < Count && _dues[child] < due; child = SmallerChild(place))
        {
            place = Move(child, place);
        }

        Put(place, slot, due);
    }

    private int SmallerChild(int place)
    {
        var left = (2 * place) + 1;
        return left + 1 < Count && _dues[left + 1] < _dues[left] ? left + 1 : left;
    }

    private int Move(int from, int to)
    {
        Put(to, _slots[from], _dues[from]);
        return from;
    }

    private void Put(int place, int slot, long due)
    {
        _slots[place] = slot;
        _dues[place] = due;
        _places[slot] = place + 1;
    }

    private void Reserve(int slot)
    {
        if (slot >= _places.Length)
        {
            Array.Resize(ref _places, Math.Max(slot + 1, Math.Max(16, _places.Length * 2)));
        }

        if (Count == _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(16, Count * 2));
            Array.Resize(ref _dues, _slots.Length);
        }
    }
}
