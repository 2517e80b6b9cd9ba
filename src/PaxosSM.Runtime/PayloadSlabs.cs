namespace PaxosSM.Runtime;

/// <summary>Pieces cut from slabs, one after the other: a slab is used again when all of its pieces came back. Values
/// of any sizes that wait for a snapshot, and go with it in the order in which they came, leave no holes.</summary>
internal sealed class PayloadSlabs(int slabBytes, long keptBytesMax, bool spoils)
{
    // A larger piece would leave too much of a slab behind it.
    private const int PiecesPerSlabMin = 4;
    private const int HeadsKeptMax = 1 << 16;
    private readonly Lock _gate = new();
    private readonly Stack<Slab> _free = new();
    private readonly Stack<Piece> _heads = new();
    private Slab? _current;

    private bool Spoils => spoils;

    /// <summary>No piece is larger.</summary>
    public int PieceBytesMax => slabBytes / PiecesPerSlabMin;

    /// <summary>A piece of exactly so many bytes.</summary>
    public Memory<byte> Lend(int bytes)
    {
        lock (_gate)
        {
            if (_current is null || slabBytes - _current.Used < bytes)
            {
                // The full one comes back with its last piece.
                _current = _free.TryPop(out var slab) ? slab : new(slabBytes);
            }

            var piece = _heads.TryPop(out var head) ? head : new(this);
            var memory = piece.Lend(_current, bytes);
            _current.Used += bytes;
            _current.Lent++;
            return memory;
        }
    }

    private void TakeBack(Piece piece, Slab slab)
    {
        lock (_gate)
        {
            if (_heads.Count < HeadsKeptMax)
            {
                _heads.Push(piece);
            }

            if (--slab.Lent > 0)
            {
                return;
            }

            slab.Used = 0;
            if (slab != _current && ((long)_free.Count + 1) * slabBytes <= keptBytesMax)
            {
                _free.Push(slab);
            }
        }
    }

    // Where no collection moves it: it outlives them all.
    private sealed class Slab(int bytes)
    {
        public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(bytes, pinned: true);

        public int Used { get; set; }

        public int Lent { get; set; }
    }

    private sealed class Piece(PayloadSlabs slabs) : PooledMemory(slabs.Spoils)
    {
        private Slab? _slab;

        public Memory<byte> Lend(Slab slab, int bytes)
        {
            _slab = slab;
            return Lend(slab.Bytes, slab.Used, bytes);
        }

        protected override void TakeBack()
        {
            base.TakeBack();
            var slab = _slab!; // it was lent
            _slab = null;
            slabs.TakeBack(this, slab);
        }
    }
}
