using System.Collections;

namespace PaxosSM.Log;

/// <summary>Entries by slot, in slot order, with gaps allowed: a ring, sorted, that grows at its end and is trimmed at
/// its start.</summary>
/// <remarks>Adding at the end and finding in a run without gaps cost O(1), anything else a binary search or a short
/// move.</remarks>
/// <typeparam name="T">What is kept for a slot.</typeparam>
internal sealed class SlotLog<T> : IEnumerable<KeyValuePair<Slot, T>>
{
    private KeyValuePair<Slot, T>[] _ring = new KeyValuePair<Slot, T>[16];
    private int _head;

    public int Count { get; private set; }

    public Slot First => Count == 0 ? Slot.Zero : At(0).Key;

    public Slot Last => Count == 0 ? Slot.Zero : At(Count - 1).Key;

    public bool TryGet(Slot slot, out T value)
    {
        var index = Find(slot);
        value = index >= 0 ? At(index).Value : default!;
        return index >= 0;
    }

    public bool Contains(Slot slot) => Find(slot) >= 0;

    /// <summary>Adds, or replaces what the slot had.</summary>
    public void Set(Slot slot, T value)
    {
        var index = Find(slot);
        if (index >= 0)
        {
            At(index) = new(slot, value);
            return;
        }

        if (Count == _ring.Length)
        {
            Grow();
        }

        Count++;
        var place = ~index;
        for (var move = Count - 1; move > place; move--)
        {
            At(move) = At(move - 1);
        }

        At(place) = new(slot, value);
    }

    /// <summary>The number of entries at or below <paramref name="slot"/>: the index of the first above it.</summary>
    public int IndexAbove(Slot slot)
    {
        var index = Find(slot);
        return index >= 0 ? index + 1 : ~index;
    }

    /// <summary>The entry at a place in slot order.</summary>
    public ref KeyValuePair<Slot, T> At(int index) => ref _ring[(_head + index) & (_ring.Length - 1)];

    public void RemoveThrough(Slot slot)
    {
        var gone = IndexAbove(slot);
        for (var index = 0; index < gone; index++)
        {
            At(index) = default;
        }

        _head = (_head + gone) & (_ring.Length - 1);
        Count -= gone;
    }

    public void RemoveAbove(Slot slot)
    {
        var kept = IndexAbove(slot);
        for (var index = kept; index < Count; index++)
        {
            At(index) = default;
        }

        Count = kept;
    }

    public void RemoveWhere(Predicate<T> gone)
    {
        var kept = 0;
        for (var index = 0; index < Count; index++)
        {
            if (!gone(At(index).Value))
            {
                At(kept++) = At(index);
            }
        }

        for (var index = kept; index < Count; index++)
        {
            At(index) = default;
        }

        Count = kept;
    }

    public IEnumerator<KeyValuePair<Slot, T>> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return At(index);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(Slot slot)
    {
        if (Count == 0 || slot > At(Count - 1).Key)
        {
            return ~Count;
        }

        var guess = slot.Index - At(0).Key.Index;
        if (guess >= 0 && guess < Count && At((int)guess).Key == slot)
        {
            return (int)guess;
        }

        var low = 0;
        var high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var key = At(middle).Key;
            if (key == slot)
            {
                return middle;
            }

            if (key < slot)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    private void Grow()
    {
        var grown = new KeyValuePair<Slot, T>[_ring.Length * 2];
        for (var index = 0; index < Count; index++)
        {
            grown[index] = At(index);
        }

        _ring = grown;
        _head = 0;
    }
}
