namespace PaxosSM.Execution;

/// <summary>Changes that may be taken back, in the order in which they were made: the newest are taken back first, the
/// oldest become final first.</summary>
/// <typeparam name="T">What takes a change back.</typeparam>
internal sealed class UndoLog<T>
{
    private const int CapacityMin = 16;
    private T[] _ring = new T[CapacityMin];
    private int _head;

    /// <summary>How many changes may be taken back.</summary>
    public int Count { get; private set; }

    /// <summary>Notes a change.</summary>
    public void Add(T change)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[IndexOf(Count)] = change;
        Count++;
    }

    /// <summary>Gives the newest change, to be taken back.</summary>
    public bool TryTakeNewest(out T change)
    {
        if (Count == 0)
        {
            change = default!;
            return false;
        }

        Count--;
        ref var newest = ref _ring[IndexOf(Count)];
        change = newest;
        newest = default!;
        return true;
    }

    /// <summary>The oldest changes are final.</summary>
    public void Drop(int oldest)
    {
        Invariant.Holds(oldest <= Count);
        for (var index = 0; index < oldest; index++)
        {
            _ring[IndexOf(index)] = default!;
        }

        _head = IndexOf(oldest);
        Count -= oldest;
    }

    private int IndexOf(int place) => (_head + place) & (_ring.Length - 1);

    private void Grow()
    {
        var grown = new T[_ring.Length * 2];
        for (var index = 0; index < Count; index++)
        {
            grown[index] = _ring[IndexOf(index)];
        }

        _ring = grown;
        _head = 0;
    }
}
