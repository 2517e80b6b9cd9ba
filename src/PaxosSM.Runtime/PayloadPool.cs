using System.Buffers;
using System.Numerics;

namespace PaxosSM.Runtime;

/// <summary>Memory for payloads, lent again and again: a batch that waits in memory for the next snapshot is old when
/// it goes, and would cost a generational collector more than a thousand that die young.</summary>
/// <remarks>Safe for use by many threads. What is not given back is collected like anything else.</remarks>
public sealed class PayloadPool
{
    // Each power of two in so many steps: at most a fifth of a piece is left over.
    private const int StepsPerDoubling = 4;
    private const int LargestLog2 = 24;
    private const int PieceBytesMin = 16;
    private const int LentBytesMin = 2048;

    // As much as snapshots, which let go of a log all at once, leave behind them; but a small machine's is its user's.
    private const long KeptBytesMax = 256L << 20;
    private const int MemoryShare = 16;

    [ThreadStatic]
    private static PayloadPool? _here;
    private readonly Lock _gate = new();
    private readonly Stack<Piece>[] _free;
    private readonly int _lentBytesMin;
    private readonly bool _spoils;
    private readonly long _keptBytesMax =
        Math.Min(KeptBytesMax, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare);

    private long _keptBytes;

    private PayloadPool(int lentBytesMin, bool spoils)
    {
        (_lentBytesMin, _spoils) = (lentBytesMin, spoils);
        _free = new Stack<Piece>[(LargestLog2 * StepsPerDoubling) + 1];
        for (var index = 0; index < _free.Length; index++)
        {
            _free[index] = new();
        }
    }

    /// <summary>The pool of the thread: the process' own, unless <see cref="UseHere"/> said otherwise.</summary>
    public static PayloadPool Current => _here ?? Shared;

    private static PayloadPool Shared { get; } = new(LentBytesMin, spoils: false);

    /// <summary>A pool that lends even the smallest piece, and overwrites at once what is given back: whoever reads it
    /// still is found out.</summary>
    public static PayloadPool Spoiling() => new(1, spoils: true);

    /// <summary>A pool that lends nothing: all that it gives is the collector's.</summary>
    public static PayloadPool LendingNothing() => new(int.MaxValue, spoils: false);

    /// <summary>Has this thread use a pool.</summary>
    /// <param name="pool">The pool; null for the process' own.</param>
    public static void UseHere(PayloadPool? pool) => _here = pool;

    /// <summary>Memory of exactly so many bytes, of whatever content. Small pieces, and very large ones, are plain
    /// arrays.</summary>
    public Memory<byte> Lend(int bytes)
    {
        if (bytes < _lentBytesMin || bytes > 1 << LargestLog2)
        {
            return GC.AllocateUninitializedArray<byte>(bytes);
        }

        var step = StepOf(Math.Max(bytes, PieceBytesMin));
        Piece? piece;
        lock (_gate)
        {
            piece = TakeFree(step);
        }

        piece ??= new(this, step, BytesOf(step));
        return piece.Lend(bytes);
    }

    // Batches are of any size: where there is no piece of the step, a larger one serves, of less than twice its size.
    private Piece? TakeFree(int step)
    {
        var end = Math.Min(step + StepsPerDoubling, _free.Length);
        for (var larger = step; larger < end; larger++)
        {
            if (_free[larger].TryPop(out var piece))
            {
                _keptBytes -= piece.Capacity;
                return piece;
            }
        }

        return null;
    }

    // The least step whose pieces are no smaller.
    private static int StepOf(int bytes)
    {
        var log2 = BitOperations.Log2((uint)bytes);
        var stepBytes = (1 << log2) / StepsPerDoubling;
        return (log2 * StepsPerDoubling) + ((bytes - (1 << log2) + stepBytes - 1) / stepBytes);
    }

    private static int BytesOf(int step)
    {
        var power = 1 << (step / StepsPerDoubling);
        return power + (power / StepsPerDoubling * (step % StepsPerDoubling));
    }

    private void TakeBack(Piece piece)
    {
        lock (_gate)
        {
            if (_keptBytes + piece.Capacity <= _keptBytesMax)
            {
                _keptBytes += piece.Capacity;
                _free[piece.Step].Push(piece);
            }
        }
    }

    private sealed class Piece(PayloadPool pool, int step, int capacity) : LentMemory
    {
        // Where no collection moves it: it outlives them all.
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
        private int _length;

        public int Step => step;

        public int Capacity => _bytes.Length;

        protected override ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

        public Memory<byte> Lend(int bytes)
        {
            _length = bytes;
            return CreateMemory(bytes);
        }

        public override Span<byte> GetSpan() => _bytes.AsSpan(0, _length);

        public override MemoryHandle Pin(int elementIndex = 0) => _bytes.AsMemory(elementIndex).Pin();

        public override void Unpin()
        {
            // The handle itself unpins the array.
        }

        protected override void TakeBack()
        {
            if (pool._spoils)
            {
                _bytes.AsSpan().Fill(0xEE);
            }

            _length = 0;
            pool.TakeBack(this);
        }

        protected override bool TryGetArray(out ArraySegment<byte> segment)
        {
            segment = new(_bytes, 0, _length);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
