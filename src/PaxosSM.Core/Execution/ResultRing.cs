using System.Numerics;

namespace PaxosSM.Execution;

/// <summary>A session's kept results, by command number: a ring over the numbers above the acknowledged one.</summary>
/// <remarks>Small results reuse the ring's arrays, so that a session in steady use allocates nothing.</remarks>
internal sealed class ResultRing
{
    /// <summary>What a kept result counts beside its bytes.</summary>
    public const int Overhead = 32;

    private const int CapacityMin = 4;
    private const int ReusedBytesMax = 256;
    private Kept[] _ring = [];

    /// <summary>How many results are kept.</summary>
    public int Count { get; private set; }

    /// <summary>What they count together, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the result of command <paramref name="sequence"/> is kept.</summary>
    public bool Has(long sequence) => _ring.Length > 0 && _ring[IndexOf(sequence)].Sequence == sequence;

    /// <summary>Finds the result of command <paramref name="sequence"/>, valid until the ring changes.</summary>
    public bool TryFind(long sequence, out Slot slot, out ReadOnlySpan<byte> result)
    {
        slot = default;
        result = default;
        if (!Has(sequence))
        {
            return false;
        }

        ref readonly var kept = ref _ring[IndexOf(sequence)];
        slot = kept.Slot;
        result = kept.Bytes.AsSpan(0, kept.Length);
        return true;
    }

    /// <summary>Keeps a result. All kept numbers are above <paramref name="floor"/>.</summary>
    public void Keep(long sequence, long floor, Slot slot, ReadOnlySpan<byte> result)
    {
        Invariant.Holds(sequence > floor);
        if (sequence - floor > _ring.Length)
        {
            Grow((int)Math.Max(CapacityMin, BitOperations.RoundUpToPowerOf2((ulong)(sequence - floor))));
        }

        ref var kept = ref _ring[IndexOf(sequence)];
        Invariant.Holds(kept.Sequence == 0);
        if (kept.Bytes is null || kept.Bytes.Length < result.Length)
        {
            kept.Bytes = result.IsEmpty ? [] : GC.AllocateUninitializedArray<byte>(result.Length);
        }

        result.CopyTo(kept.Bytes);
        kept.Sequence = sequence;
        kept.Slot = slot;
        kept.Length = result.Length;
        Count++;
        Bytes += Overhead + result.Length;
    }

    /// <summary>Forgets the results of the commands after <paramref name="from"/> through
    /// <paramref name="through"/>.</summary>
    /// <param name="from">The number before the first.</param>
    /// <param name="through">The last.</param>
    /// <param name="released">Takes what is forgotten, bytes and all; null when nobody wants it.</param>
    public void Release(long from, long through, List<KeptResult>? released = null)
    {
        for (var sequence = from + 1; sequence <= through && Count > 0; sequence++)
        {
            ref var kept = ref _ring[IndexOf(sequence)];
            if (kept.Sequence != sequence)
            {
                continue;
            }

            Count--;
            Bytes -= Overhead + kept.Length;
            kept.Sequence = 0;
            released?.Add(new(sequence, kept.Slot, kept.Bytes.AsMemory(0, kept.Length)));
            if (released is not null || kept.Bytes!.Length > ReusedBytesMax)
            {
                kept.Bytes = null;
            }
        }
    }

    private int IndexOf(long sequence) => (int)(sequence & (_ring.Length - 1));

    private void Grow(int capacity)
    {
        var old = _ring;
        _ring = new Kept[capacity];
        foreach (ref readonly var kept in old.AsSpan())
        {
            if (kept.Sequence != 0)
            {
                _ring[IndexOf(kept.Sequence)] = kept;
            }
        }
    }

    private struct Kept
    {
        public long Sequence;
        public Slot Slot;
        public byte[]? Bytes;
        public int Length;
    }
}
