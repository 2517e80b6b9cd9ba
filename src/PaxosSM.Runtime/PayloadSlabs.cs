using System.Buffers;

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

    private sealed class Piece(PayloadSlabs slabs) : LentMemory
    {
        private static readonly Slab Nothing = new(0);
        private Slab _slab = Nothing;
        private int _start;
        private int _length;

        protected override ReadOnlyMemory<byte> Bytes => _slab.Bytes.AsMemory(_start, _length);

        public Memory<byte> Lend(Slab slab, int bytes)
        {
            (_slab, _start, _length) = (slab, slab.Used, bytes);
            return CreateMemory(bytes);
        }

        public override Span<byte> GetSpan() => _slab.Bytes.AsSpan(_start, _length);

        public override MemoryHandle Pin(int elementIndex = 0) => _slab.Bytes.AsMemory(_start + elementIndex).Pin();

        public override void Unpin()
        {
            // The handle itself unpins the array.
        }

        protected override void TakeBack()
        {
            if (slabs.Spoils)
            {
                GetSpan().Fill(Spoilt);
            }

            var slab = _slab;
            (_slab, _start, _length) = (Nothing, 0, 0);
            slabs.TakeBack(this, slab);
        }

        protected override bool TryGetArray(out ArraySegment<byte> segment)
        {
            segment = new(_slab.Bytes, _start, _length);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
