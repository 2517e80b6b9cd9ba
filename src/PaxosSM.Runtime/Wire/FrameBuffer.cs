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

    private readonly List<(int End, Value Value)> _values = [];
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

    /// <summary>A frame begins at the end.</summary>
    /// <returns>Where that is.</returns>
    internal int BeginFrame()
    {
        _values.Clear();
        return _length;
    }

    /// <summary>The payload of a value was written: it lies at the end.</summary>
    internal void NoteValue(Value value)
    {
        if (!Overflowed)
        {
            _values.Add((_length, value));
        }
    }

    /// <summary>Forgets what was written after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length)
    {
        _length = length;
        _values.Clear(); // none is of a frame before this one
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

    /// <summary>The checksum of the bytes from <paramref name="start"/> on, which is where a frame begins; what values
    /// tell of themselves is not read again.</summary>
    internal uint TakeChecksum(int start, int end)
    {
        var crc = Crc32C.Start;
        var at = start;
        foreach (var (valueEnd, value) in _values)
        {
            crc = Crc32C.Append(crc, _bytes.AsSpan(at..(valueEnd - value.Length)));
            crc = value.AppendPayload(crc);
            at = valueEnd;
        }

        _values.Clear();
        return ~Crc32C.Append(crc, _bytes.AsSpan(at..end));
    }

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
