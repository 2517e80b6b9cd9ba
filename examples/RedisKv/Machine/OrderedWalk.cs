namespace PaxosSM.RedisKv.Machine;

/// <summary>Visits a table's slots in order of (hash, key): an order that depends on nothing but the keys.</summary>
/// <remarks>
/// The position is a hash, not a place in memory, so that SCAN may go on at another replica, after a restart or after
/// the table grew, and still meets every key that was there all the time.
/// </remarks>
internal struct OrderedWalk<TValue>
{
    private readonly ByteTable<TValue> _table;
    private readonly ulong _from;
    private readonly int _bucketEnd;
    private int[] _slots;
    private int _count;
    private int _next;
    private int _bucket;

    /// <summary>Starts at the first key whose hash is not below <paramref name="from"/>.</summary>
    public OrderedWalk(ByteTable<TValue> table, ulong from = 0)
    {
        _table = table;
        _from = from;
        _slots = new int[8];
        _bucketEnd = table.BucketCount;
        _bucket = from > long.MaxValue ? _bucketEnd : table.BucketOf(from);
    }

    /// <summary>The next slot; false at the end.</summary>
    public bool MoveNext(out int slot)
    {
        while (_next == _count)
        {
            if (_bucket == _bucketEnd)
            {
                slot = -1;
                return false;
            }

            FillFrom(_bucket++);
        }

        slot = _slots[_next++];
        return true;
    }

    private void FillFrom(int bucket)
    {
        _next = 0;
        _count = 0;
        for (var slot = _table.FirstInBucket(bucket); slot >= 0; slot = _table.NextInBucket(slot))
        {
            if (_table.At(slot).Hash >= _from)
            {
                Insert(slot);
            }
        }
    }

    private void Insert(int slot)
    {
        if (_count == _slots.Length)
        {
            Array.Resize(ref _slots, _count * 2);
        }

        var place = _count++;
        while (place > 0 && Precedes(slot, _slots[place - 1]))
        {
            _slots[place] = _slots[place - 1];
            place--;
        }

        _slots[place] = slot;
    }

    private readonly bool Precedes(int left, int right)
    {
        ref readonly var a = ref _table.At(left);
        ref readonly var b = ref _table.At(right);
        return a.Hash < b.Hash || (a.Hash == b.Hash && a.Key.AsSpan().SequenceCompareTo(b.Key) < 0);
    }
}
