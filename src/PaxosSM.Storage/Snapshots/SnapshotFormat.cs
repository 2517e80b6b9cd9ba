using System.Buffers.Binary;

namespace PaxosSM.Storage;

/// <summary>What a snapshot's trailer says.</summary>
/// <param name="Length">The length of the content, in bytes.</param>
/// <param name="Chunks">How many chunks it has.</param>
internal readonly record struct SnapshotTrailer(long Length, long Chunks);

/// <summary>The bytes of a snapshot: header, chunks, trailer; <c>specs/storage.md</c> draws them.</summary>
internal static class SnapshotFormat
{
    public const int FrameSize = 64;
    public const int ChunkHeaderSize = 8;
    public const int ChunkBytes = 64 * 1024;

    private const uint HeaderMagic = 0x48535850; // "PXSH"
    private const uint TrailerMagic = 0x54535850; // "PXST"
    private const ushort Version = 1;
    private const int ChecksumOffset = 60;

    public static void WriteHeader(Span<byte> destination, GroupId group, Slot slot) =>
        WriteFrame(destination, HeaderMagic, group, slot, default);

    public static void WriteTrailer(Span<byte> destination, GroupId group, Slot slot, SnapshotTrailer trailer) =>
        WriteFrame(destination, TrailerMagic, group, slot, trailer);

    public static bool IsHeader(ReadOnlySpan<byte> source, GroupId group, Slot slot) =>
        IsFrame(source, HeaderMagic, group, slot);

    public static bool TryReadTrailer(ReadOnlySpan<byte> source, GroupId group, Slot slot, out SnapshotTrailer trailer)
    {
        trailer = default;
        if (!IsFrame(source, TrailerMagic, group, slot))
        {
            return false;
        }

        trailer = new(
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]), BinaryPrimitives.ReadInt64LittleEndian(source[32..]));
        return true;
    }

    /// <summary>The length of the file that holds so much content.</summary>
    public static long FileLength(SnapshotTrailer trailer) =>
        (2 * FrameSize) + trailer.Length + (trailer.Chunks * ChunkHeaderSize);

    /// <summary>Writes what stands before a chunk's bytes; the checksum binds the chunk to its place.</summary>
    public static void WriteChunkHeader(Span<byte> destination, long index, ReadOnlySpan<byte> content)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], ChunkChecksum(index, content));
    }

    public static bool IsChunk(ReadOnlySpan<byte> header, long index, ReadOnlySpan<byte> content) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == ChunkChecksum(index, content);

    private static uint ChunkChecksum(long index, ReadOnlySpan<byte> content)
    {
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, index);
        return Crc32C.Of(place, content);
    }

    private static void WriteFrame(
        Span<byte> destination, uint magic, GroupId group, Slot slot, SnapshotTrailer trailer)
    {
        destination[..FrameSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], group.Value);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], slot.Index);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], trailer.Length);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], trailer.Chunks);
        var checksum = Crc32C.Of(destination[..ChecksumOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumOffset..], checksum);
    }

    private static bool IsFrame(ReadOnlySpan<byte> source, uint magic, GroupId group, Slot slot) =>
        BinaryPrimitives.ReadUInt32LittleEndian(source) == magic
        && BinaryPrimitives.ReadUInt16LittleEndian(source[4..]) == Version
        && BinaryPrimitives.ReadUInt64LittleEndian(source[8..]) == group.Value
        && BinaryPrimitives.ReadInt64LittleEndian(source[16..]) == slot.Index
        && BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumOffset..]) == Crc32C.Of(source[..ChecksumOffset]);
}
