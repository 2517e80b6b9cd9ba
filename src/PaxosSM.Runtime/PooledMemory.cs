using System.Buffers;

namespace PaxosSM.Runtime;

/// <summary>A part of a pinned array that a pool lends, and may overwrite when it comes back.</summary>
/// <param name="spoils">Whether what is given back is overwritten.</param>
internal abstract class PooledMemory(bool spoils) : LentMemory
{
    private ArraySegment<byte> _part = [];

    protected override ReadOnlyMemory<byte> Bytes => _part;

    public override Span<byte> GetSpan() => _part;

    public override MemoryHandle Pin(int elementIndex = 0) => _part.AsMemory(elementIndex).Pin();

    public override void Unpin()
    {
        // The handle itself unpins the array.
    }

    /// <summary>Lends a part of an array.</summary>
    protected Memory<byte> Lend(byte[] bytes, int start, int length)
    {
        _part = new(bytes, start, length);
        return CreateMemory(length);
    }

    protected override void TakeBack()
    {
        if (spoils)
        {
            GetSpan().Fill(Spoilt);
        }

        _part = [];
    }

    protected override bool TryGetArray(out ArraySegment<byte> segment)
    {
        segment = _part;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
    }
}
