using System.Numerics;

namespace PaxosSM.Runtime;

/// <summary>Pieces of memory of their own, by size: what is given back at once is in the caches still when it is lent
/// again, and a large piece is not worth a slab.</summary>
internal sealed class PayloadPieces
{
    // Each power of two in so many steps: at most a fifth of a piece is left over.
    private const int StepsPerDoubling = 4;
    private const int LargestLog2 = 24;
    private const int PieceBytesMin = 16;
    private readonly Lock _gate = new();
    private readonly Stack<Piece>[] _free = new Stack<Piece>[(LargestLog2 * StepsPerDoubling) + 1];
    private readonly long _keptBytesMax;
    private readonly bool _spoils;
    private long _keptBytes;

    /// <summary>No pieces yet.</summary>
    /// <param name="keptBytesMax">So much is kept of what was given back.</param>
    /// <param name="spoils">Whether what is given back is overwritten.</param>
    public PayloadPieces(long keptBytesMax, bool spoils)
    {
        (_keptBytesMax, _spoils) = (keptBytesMax, spoils);
        for (var index = 0; index < _free.Length; index++)
        {
            _free[index] = new();
        }
    }

    /// <summary>A piece of exactly so many bytes; a very large one is a plain array.</summary>
    public Memory<byte> Lend(int bytes)
    {
        if (bytes > 1 << LargestLog2)
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

    private sealed class Piece(PayloadPieces pieces, int step, int capacity) : PooledMemory(pieces._spoils)
    {
        // Where no collection moves it: it outlives them all.
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);

        public int Step => step;

        public int Capacity => _bytes.Length;

        public Memory<byte> Lend(int bytes) => Lend(_bytes, 0, bytes);

        protected override void TakeBack()
        {
            base.TakeBack();
            pieces.TakeBack(this);
        }
    }
}
