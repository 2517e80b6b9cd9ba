using System.Buffers;

namespace PaxosSM.Runtime.Wire;

/// <summary>Frames one behind the other, in one piece of pooled memory that grows up to a limit.</summary>
/// <remarks>
/// One piece rather than a chain, so that a frame's header and checksum are filled in once its end is known and
/// everything gathered leaves in one write. For one thread at a time.
/// </remarks>
public sealed class FrameBuffer
{
    // Larger arrays go back to the pool when the buffer is cleared: a burst does not stay in memory.
    private const int KeptBytesMax = 1 << 20;
    private const int InitialBytes = 16 << 10;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>An empty buffer.</summary>
    /// <param name="bytesMax">How much it takes at most.</param>
    public FrameBuffer(int bytesMax) => BytesMax = bytesMax;

    /// <summary>How much it takes at most.</summary>
    public int BytesMax { get; set; }

    /// <summary>How much is in it.</summary>
    public int Length => _length;

    /// <summary>True once a write found no room; until <see cref="Truncate"/>.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>What is in it; valid until the next write, <see cref="Clear"/> or <see cref="Abandon"/>.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Makes room for <paramref name="count"/> bytes at the end; they are the caller's to fill.</summary>
    /// <returns>False when they do not fit; the buffer is then <see cref="Overflowed"/>.</returns>
    public bool TryReserve(int count, out Span<byte> span)
    {
        if (Overflowed || count > BytesMax - _length)
        {
            Overflowed = true;
            span = default;
            return false;
        }

        if (count > _bytes.Length - _length)
        {
            Grow(_length + count);
        }

        span = _bytes.AsSpan(_length, count);
        _length += count;
        return true;
    }

    /// <summary>Forgets what was written after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length)
    {
        _length = length;
        Overflowed = false;
    }

    /// <summary>Empties the buffer; nobody may read it any more.</summary>
    public void Clear()
    {
        Truncate(0);
        if (_bytes.Length > KeptBytesMax)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    /// <summary>Empties the buffer while a broken write may still read it: its memory goes to the collector, not to the
    /// pool.</summary>
    public void Abandon()
    {
        Truncate(0);
        _bytes = [];
    }

    /// <summary>The bytes from <paramref name="start"/> on, to be filled in or checked.</summary>
    internal Span<byte> From(int start) => _bytes.AsSpan(start, _length - start);

    private void Grow(int needed)
    {
        var doubled = Math.Min(BytesMax, 2L * _bytes.Length);
        var grown = ArrayPool<byte>.Shared.Rent((int)Math.Max(Math.Max(needed, doubled), InitialBytes));
        _bytes.AsSpan(0, _length).CopyTo(grown);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = grown;
    }
}
