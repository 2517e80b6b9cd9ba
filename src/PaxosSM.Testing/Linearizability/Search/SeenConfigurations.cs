using System.Runtime.InteropServices;

namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>Which sets of placed items were reached in which states: what led nowhere once is not tried
/// again.</summary>
/// <remarks>
/// Lowe, <i>Testing for linearizability</i> (2017). A set is kept from its first word with a hole to its last with a
/// bit, since items are placed roughly in the order of their numbers: a few words instead of one bit an item. Items
/// that
/// may be left out would keep holes open for ever, so they have words of their own, which are kept whole.
/// </remarks>
internal sealed class SeenConfigurations
{
    private readonly ulong[] _bits;
    private readonly int _words;
    private readonly int _mandatory;
    private readonly Dictionary<ulong, int> _chains = [];
    private readonly List<Entry> _entries = [];
    private readonly List<ulong> _kept = [];
    private ulong _hash;
    private int _low;
    private int _high = -1;

    /// <summary>An empty set.</summary>
    /// <param name="mandatory">How many items must be placed; they have the lowest numbers.</param>
    /// <param name="all">How many there are.</param>
    public SeenConfigurations(int mandatory, int all)
    {
        _mandatory = mandatory;
        _words = (mandatory + 63) / 64;
        _bits = new ulong[_words + ((all - mandatory + 63) / 64)];
    }

    /// <summary>Whether an item is in the set.</summary>
    public bool Contains(int item)
    {
        var (word, bit) = PlaceOf(item);
        return (_bits[word] & bit) != 0;
    }

    /// <summary>Puts an item in.</summary>
    public void Put(int item)
    {
        var (word, bit) = PlaceOf(item);
        _bits[word] |= bit;
        _hash ^= Mix((ulong)item + 1);
        if (word < _words)
        {
            _high = Math.Max(_high, word);
            while (_low < _words && _bits[_low] == ulong.MaxValue)
            {
                _low++;
            }
        }
    }

    /// <summary>Takes an item out.</summary>
    public void Take(int item)
    {
        var (word, bit) = PlaceOf(item);
        _bits[word] &= ~bit;
        _hash ^= Mix((ulong)item + 1);
        if (word < _words)
        {
            _low = Math.Min(_low, word);
            while (_high >= 0 && _bits[_high] == 0)
            {
                _high--;
            }
        }
    }

    /// <summary>Notes the set as it is, with a state and a number; false when that was noted before.</summary>
    public bool TryNote(object state, int number)
    {
        var key = _hash ^ Mix((uint)state.GetHashCode()) ^ Mix(~(ulong)number);
        ref var chain = ref CollectionsMarshal.GetValueRefOrAddDefault(_chains, key, out var exists);
        for (var index = exists ? chain : -1; index >= 0; index = _entries[index].Next)
        {
            if (_entries[index].Number == number && IsAt(_entries[index]) && _entries[index].State.Equals(state))
            {
                return false;
            }
        }

        _entries.Add(new(state, number, _low, _kept.Count, Length, exists ? chain : -1));
        chain = _entries.Count - 1;
        _kept.AddRange(_bits.AsSpan(_low, Length));
        _kept.AddRange(_bits.AsSpan(_words));
        return true;
    }

    private static ulong Mix(ulong value)
    {
        value *= 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private int Length => Math.Max(0, _high + 1 - _low);

    private bool IsAt(in Entry entry)
    {
        var kept = CollectionsMarshal.AsSpan(_kept)[entry.Start..];
        return entry.Low == _low
            && entry.Length == Length
            && kept[..entry.Length].SequenceEqual(_bits.AsSpan(_low, entry.Length))
            && kept[entry.Length..(entry.Length + _bits.Length - _words)].SequenceEqual(_bits.AsSpan(_words));
    }

    private (int Word, ulong Bit) PlaceOf(int item)
    {
        var (start, index) = item < _mandatory ? (0, item) : (_words, item - _mandatory);
        return (start + (index / 64), 1UL << (index % 64));
    }

    private readonly record struct Entry(object State, int Number, int Low, int Start, int Length, int Next);
}
