using System.Numerics;
using System.Runtime.CompilerServices;

namespace PaxosSM.RedisKv.Machine;

/// <summary>A hash table from bytes to values whose order is a function of its content alone.</summary>
/// <remarks>
/// <para>Slots live in chunks that a capture shares and that the table copies before it changes them, so that a
/// million keys are captured by copying a thousand references. Buckets and links are not captured; they only find
/// slots.</para>
/// <para>The order (<see cref="OrderedWalk{TValue}"/>) is that of the keys' hashes, because the buckets are the
/// hashes' upper bits.
/// A known hash lets a hostile client choose colliding keys and make its own lookups slow; replicas cannot use a
/// secret per process, for then their orders would differ.</para>
/// </remarks>
internal sealed class ByteTable<TValue>
{
    private const int ChunkShift = 10;
    private const int ChunkSlots = 1 << ChunkShift;
    private const int SlotsMin = 4;

    private int[] _buckets = new int[SlotsMin];
    private int[] _links = new int[SlotsMin];
    private TableSlot<TValue>[][] _chunks = [new TableSlot<TValue>[SlotsMin]];
    private bool[] _shared = new bool[1];
    private int _shift = 63 - 2;
    private int _used;
    private int _free;

    /// <summary>How many keys it holds.</summary>
    public int Count { get; private set; }

    /// <summary>How many buckets there are; a power of two.</summary>
    public int BucketCount => _buckets.Length;

    /// <summary>The slot of a key, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ReadOnlySpan<byte> key, ulong hash)
    {
        for (var link = _buckets[hash >> _shift]; link != 0; link = _links[link - 1])
        {
            ref var slot = ref Slot(link - 1);
            if (slot.Hash == hash && key.SequenceEqual(slot.Key))
            {
                return link - 1;
            }
        }

        return -1;
    }

    /// <summary>The slot's content, for reading.</summary>
    public ref readonly TableSlot<TValue> At(int slot) => ref Slot(slot);

    /// <summary>The slot's value, for changing; copies the chunk if a capture holds it.</summary>
    public ref TValue MutableAt(int slot) => ref MutableSlot(slot).Value;

    /// <summary>Adds a key that is not there.</summary>
    public int Add(byte[] key, ulong hash, TValue value)
    {
        var index = TakeSlot();
        ref var slot = ref MutableSlot(index);
        slot.Key = key;
        slot.Hash = hash;
        slot.Value = value;
        ref var bucket = ref _buckets[hash >> _shift];
        _links[index] = bucket;
        bucket = index + 1;
        Count++;
        return index;
    }

    /// <summary>Removes the key in a slot.</summary>
    public void RemoveAt(int index)
    {
        ref var slot = ref MutableSlot(index);
        ref var link = ref _buckets[slot.Hash >> _shift];
        while (link != index + 1)
        {
            link = ref _links[link - 1];
        }

        link = _links[index];
        slot = default;
        _links[index] = _free;
        _free = index + 1;
        Count--;
    }

    /// <summary>A table of the same content; both copy what they change from here on.</summary>
    public ByteTable<TValue> Clone()
    {
        var clone = new ByteTable<TValue>
        {
            _buckets = (int[])_buckets.Clone(),
            _links = (int[])_links.Clone(),
            _chunks = Capture(),
            _shared = new bool[_shared.Length],
            _shift = _shift,
            _used = _used,
            _free = _free,
            Count = Count,
        };
        Array.Fill(clone._shared, true);
        return clone;
    }

    /// <summary>The slots as they stand; nobody may change them. Slots without a key are empty.</summary>
    public TableSlot<TValue>[][] Capture()
    {
        Array.Fill(_shared, true);
        return (TableSlot<TValue>[][])_chunks.Clone();
    }

    /// <summary>The first slot of a bucket, or -1.</summary>
    public int FirstInBucket(int bucket) => _buckets[bucket] - 1;

    /// <summary>The slot after this one in its bucket, or -1.</summary>
    public int NextInBucket(int slot) => _links[slot] - 1;

    /// <summary>The bucket that a hash belongs to.</summary>
    public int BucketOf(ulong hash) => (int)(hash >> _shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref TableSlot<TValue> Slot(int index) => ref _chunks[index >> ChunkShift][index & (ChunkSlots - 1)];

    private ref TableSlot<TValue> MutableSlot(int index)
    {
        var chunk = index >> ChunkShift;
        if (_shared[chunk])
        {
            _chunks[chunk] = (TableSlot<TValue>[])_chunks[chunk].Clone();
            _shared[chunk] = false;
        }

        return ref _chunks[chunk][index & (ChunkSlots - 1)];
    }

    private int TakeSlot()
    {
        if (_free != 0)
        {
            var index = _free - 1;
            _free = _links[index];
            return index;
        }

        if (_used == _links.Length)
        {
            GrowIndex();
        }

        GrowChunks();
        return _used++;
    }

    private void GrowChunks()
    {
        var chunk = _used >> ChunkShift;
        if (chunk == _chunks.Length)
        {
            Array.Resize(ref _chunks, chunk + 1);
            Array.Resize(ref _shared, chunk + 1);
            _chunks[chunk] = new TableSlot<TValue>[ChunkSlots];
        }
        else if (_used == _chunks[0].Length)
        {
            Array.Resize(ref _chunks[0], _used * 2);
            _shared[0] = false;
        }
    }

    private void GrowIndex()
    {
        Array.Resize(ref _links, _links.Length * 2);
        _buckets = new int[_links.Length];
        _shift = 63 - BitOperations.Log2((uint)_buckets.Length);
        for (var index = 0; index < _used; index++)
        {
            ref var bucket = ref _buckets[Slot(index).Hash >> _shift];
            _links[index] = bucket;
            bucket = index + 1;
        }
    }
}
