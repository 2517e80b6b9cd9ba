using System.Runtime.InteropServices;
using PaxosSM.Log;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Storage;

/// <summary>Lays a round of appends out as one block, in a buffer that is used again and again.</summary>
internal sealed unsafe class BlockBuilder : IDisposable
{
    private const int BufferAlignment = 4096;
    private const int BufferBytesKept = 8 * 1024 * 1024;

    private readonly int _alignment;
    private byte* _buffer;
    private int _capacity;
    private int _at;

    public BlockBuilder(int alignment) => _alignment = alignment;

    ~BlockBuilder() => Free();

    /// <summary>About how many bytes of a block an append takes.</summary>
    public static int SizeOf(PendingAppend append)
    {
        var size = 0;
        for (var i = 0; i < append.Writes.Count; i++)
        {
            size = checked(size + (2 * BlockFormat.EntrySize) + RecordCodec.SizeOf(append.Writes[i]));
        }

        return size;
    }

    /// <summary>Builds the block; the span is good until the next call.</summary>
    /// <param name="round">The appends.</param>
    /// <param name="identity">Log, number, flushed-through and floor; the lengths are filled in here.</param>
    public ReadOnlySpan<byte> Build(List<PendingAppend> round, BlockHeader identity)
    {
        var count = 0;
        var bytes = 0L;
        foreach (var append in round)
        {
            for (var i = 0; i < append.Writes.Count; i++)
            {
                var copies = IsKeptTwice(append.Writes[i]) ? 2 : 1;
                count += copies;
                bytes += (long)copies * (RecordCodec.SizeOf(append.Writes[i]) + (copies - 1) * BlockFormat.SectorSize);
            }
        }

        var frame = BlockFormat.FrameSize(count);
        var buffer = Reserve(checked((int)(bytes + (2L * frame) + (3L * _alignment))));
        _at = frame;
        var index = 0;
        foreach (var append in round)
        {
            for (var i = 0; i < append.Writes.Count; i++)
            {
                index = Put(buffer, index, append.Group, append.Writes[i]);
            }
        }

        // The trailer starts a sector of its own: no sector's loss takes both tables (R24).
        SkipTo(buffer, BlockFormat.Align(_at, _alignment));
        var trailer = _at;
        SkipTo(buffer, BlockFormat.Align(trailer + frame, _alignment));
        var header = identity with { Length = _at, TrailerOffset = trailer, Count = count };
        buffer[BlockFormat.FrameHeaderSize..frame].CopyTo(buffer[(trailer + BlockFormat.FrameHeaderSize)..]);
        BlockFormat.SealFrame(buffer, BlockFormat.HeaderMagic, header);
        BlockFormat.SealFrame(buffer[trailer..], BlockFormat.TrailerMagic, header);
        return buffer[.._at];
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private int Put(Span<byte> buffer, int index, GroupId group, DurableWrite write)
    {
        var key = RecordKey.Of(write);
        var payload = buffer.Slice(_at, RecordCodec.SizeOf(write));
        RecordCodec.Write(write, payload);
        var checksum = RecordCodec.ChecksumOf(write, payload);
        BlockFormat.WriteEntry(buffer, index, new(group, key, IsCopy: false, _at, payload.Length, checksum));
        _at += payload.Length;
        index++;
        if (!IsKeptTwice(write))
        {
            return index;
        }

        // In other sectors than the record.
        SkipTo(buffer, BlockFormat.Align(_at, BlockFormat.SectorSize));
        payload.CopyTo(buffer[_at..]);
        BlockFormat.WriteEntry(buffer, index, new(group, key, IsCopy: true, _at, payload.Length, checksum));
        _at += payload.Length;
        return index + 1;
    }

    // R24: the promise stands in the checkpoint too; and without its epoch's begin no record tells what it is.
    private static bool IsKeptTwice(DurableWrite write) => write is CheckpointWrite or EpochWrite;

    private void SkipTo(Span<byte> buffer, int position)
    {
        buffer[_at..position].Clear();
        _at = position;
    }

    private Span<byte> Reserve(int size)
    {
        if (size > _capacity || (_capacity > BufferBytesKept && size <= BufferBytesKept))
        {
            Free();
            _capacity = Math.Max(BlockFormat.Align(size, BufferAlignment), 64 * 1024);
            _buffer = (byte*)NativeMemory.AlignedAlloc((nuint)_capacity, BufferAlignment);
        }

        return new(_buffer, _capacity);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_buffer);
        _buffer = null;
        _capacity = 0;
    }
}
