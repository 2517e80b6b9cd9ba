using System.Runtime.CompilerServices;

namespace PaxosSM.RedisKv.Machine;

/// <summary>The keys, their values and due times, and a digest of it all.</summary>
internal sealed class Keyspace
{
    private ByteTable<Item> _table = new();
    private ExpiryHeap _expiries = new();
    private int _generation;

    /// <summary>How many keys are stored, due ones that were not removed yet included.</summary>
    public int Count => _table.Count;

    /// <summary>How many keys have a due time.</summary>
    public int ExpiringCount => _expiries.Count;

    /// <summary>The earliest due time; <see cref="Item.Never"/> when no key expires.</summary>
    public long EarliestDue => _expiries.EarliestDue;

    /// <summary>The sum over all entries of a hash of key, type, value and due time.</summary>
    public ulong Digest { get; private set; }

    /// <summary>The table, for reading in order.</summary>
    public ByteTable<Item> Table => _table;

    /// <summary>The slot of a key that is present at a time, or -1.</summary>
    public int Find(ReadOnlySpan<byte> key, ulong hash, long now)
    {
        var slot = _table.Find(key, hash);
        return slot >= 0 && _table.At(slot).Value.Due > now ? slot : -1;
    }

    /// <summary>The entry in a slot.</summary>
    public ref readonly Item At(int slot) => ref _table.At(slot).Value;

    /// <summary>How many keys are present at a time.</summary>
    public int CountAt(long now) => _table.Count - _expiries.CountDue(now);

    /// <summary>Adds a key that is not stored.</summary>
    public int Add(ReadOnlySpan<byte> key, ulong hash, object value, long due)
    {
        if (value is CollectionValue collection)
        {
            collection.Generation = _generation;
        }

        var digest = DigestOf(hash, value, due);
        var slot = _table.Add(key.ToArray(), hash, new Item { Value = value, Due = due, Digest = digest });
        Digest += digest;
        if (due != Item.Never)
        {
            _expiries.Set(slot, due);
        }

        return slot;
    }

    /// <summary>Replaces a string or collection by a string.</summary>
    public void Replace(int slot, byte[] value, long due)
    {
        ref var item = ref _table.MutableAt(slot);
        item.Value = value;
        Finish(slot, ref item, due);
    }

    /// <summary>Gives a key another due time.</summary>
    public void SetDue(int slot, long due) => Finish(slot, ref _table.MutableAt(slot), due);

    /// <summary>The collection in a slot, ready for change; <see cref="Changed"/> must follow.</summary>
    public CollectionValue Mutable(int slot)
    {
        var collection = (CollectionValue)_table.At(slot).Value.Value;
        if (collection.Generation == _generation)
        {
            return collection;
        }

        collection = collection.Clone();
        collection.Generation = _generation;
        _table.MutableAt(slot).Value = collection;
        return collection;
    }

    /// <summary>A collection was changed: brings the digest up to date, and removes the key of an empty
    /// collection.</summary>
    public void Changed(int slot)
    {
        ref var item = ref _table.MutableAt(slot);
        if (((CollectionValue)item.Value).Count == 0)
        {
            Remove(slot);
            return;
        }

        Finish(slot, ref item, item.Due);
    }

    /// <summary>Removes a key.</summary>
    public void Remove(int slot)
    {
        ref readonly var item = ref _table.At(slot).Value;
        Digest -= item.Digest;
        if (item.Due != Item.Never)
        {
            _expiries.Set(slot, Item.Never);
        }

        _table.RemoveAt(slot);
    }

    /// <summary>Removes the keys that are due.</summary>
    public void RemoveDue(long now)
    {
        while (_expiries.EarliestDue <= now)
        {
            Remove(_expiries.EarliestSlot);
        }
    }

    /// <summary>Removes every key.</summary>
    public void Clear()
    {
        _table = new();
        _expiries = new();
        Digest = 0;
    }

    /// <summary>Captures the entries: from here on this keyspace copies what it changes.</summary>
    public KeyspaceCapture Capture()
    {
        _generation++;
        return new(_table.Capture(), _table.Count, Digest);
    }

    private void Finish(int slot, ref Item item, long due)
    {
        if (item.Due != due)
        {
            item.Due = due;
            _expiries.Set(slot, due);
        }

        var digest = DigestOf(_table.At(slot).Hash, item.Value, due);
        Digest += digest - item.Digest;
        item.Digest = digest;
    }

    private static ulong DigestOf(ulong keyHash, object value, long due)
    {
        var content = value.GetType() == typeof(byte[])
            ? ByteHash.Combine(ByteHash.OfValue(Unsafe.As<byte[]>(value)), (ulong)ValueKind.String)
            : DigestOf((CollectionValue)value);
        var digest = ByteHash.Combine(keyHash, content);
        return due == Item.Never ? digest : ByteHash.Combine(digest, (ulong)due);
    }

    private static ulong DigestOf(CollectionValue value) => ByteHash.Combine(value.Digest, (ulong)value.Kind);
}
