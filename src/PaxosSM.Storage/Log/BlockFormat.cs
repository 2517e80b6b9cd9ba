using System.Buffers.Binary;
using PaxosSM.Log;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Storage;

/// <summary>What a segment says of itself, twice.</summary>
/// <param name="Version">The version of its format: all its blocks have it.</param>
/// <param name="LogId">The log's number.</param>
/// <param name="Number">Its place among the segments, from 1.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="LsnMin">Blocks with a lower number are left over from an earlier life of the file, and were all durable
/// before this header was written; 0 when it was filled with zeros.</param>
internal readonly record struct SegmentHeader(ushort Version, ulong LogId, long Number, long Length, long LsnMin);

/// <summary>What a block says of itself, at its head and again at its tail.</summary>
/// <param name="LogId">The log's number: no bytes that a client chose pass for a block.</param>
/// <param name="Lsn">The block's number, from 1, without gaps.</param>
/// <param name="FlushedThrough">Every block up to here was flushed before this one was written.</param>
/// <param name="Floor">Segments below this one may be gone (R25).</param>
/// <param name="Length">The block's length in bytes, its trailer and padding included.</param>
/// <param name="TrailerOffset">Where, from the block's start, the trailer stands.</param>
/// <param name="Count">How many entries the table has.</param>
internal readonly record struct BlockHeader(
    ulong LogId, long Lsn, long FlushedThrough, long Floor, int Length, int TrailerOffset, int Count)
{
    /// <summary>The version of the format that it is written in.</summary>
    public ushort Version { get; init; } = BlockFormat.Version;
}

/// <summary>What the table says of a record (R24).</summary>
/// <param name="Group">The group.</param>
/// <param name="Key">The record's key.</param>
/// <param name="IsCopy">Whether it is the second copy of the record before it.</param>
/// <param name="Offset">Where, from the block's start, its payload stands.</param>
/// <param name="Length">The payload's length.</param>
/// <param name="Checksum">The payload's CRC-32C.</param>
internal readonly record struct BlockEntry(
    GroupId Group, RecordKey Key, bool IsCopy, int Offset, int Length, uint Checksum);

/// <summary>The bytes of segments and blocks; <c>specs/storage.md</c> draws them.</summary>
/// <remarks>Header and trailer of a block are the same frame under two magics: either one is enough to know what the
/// block holds.</remarks>
internal static class BlockFormat
{
    public const int SectorSize = 512;
    public const int SegmentHeaderSize = 4096;
    public const int SegmentHeaderCopyOffset = 2048;
    public const uint HeaderMagic = 0x42575850; // "PXWB"
    public const uint TrailerMagic = 0x54575850; // "PXWT"
    public const int BlockBytesMin = 2 * SectorSize;
    public const int FrameHeaderSize = 64;
    public const int EntrySize = 56;
    public const ushort Version = RecordCodec.Version;

    private const ushort VersionWithEpochs = 3;
    private const uint SegmentMagic = 0x53575850; // "PXWS"
    private const int ChecksumOffset = 60;
    private const byte CopyFlag = 1;

    public static int FrameSize(int count) => checked(FrameHeaderSize + (EntrySize * count));

    public static int Align(int size, int to) => checked((size + to - 1) & -to);

    public static void WriteSegmentHeader(Span<byte> destination, in SegmentHeader header)
    {
        destination[..SegmentHeaderSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, SegmentMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], header.Version);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], header.LogId);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], header.Number);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], header.Length);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], header.LsnMin);
        var checksum = Crc32C.Of(destination[..ChecksumOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumOffset..], checksum);
        destination[..FrameHeaderSize].CopyTo(destination[SegmentHeaderCopyOffset..]);
    }

    /// <summary>Reads a segment's header from either copy; false when both are damaged.</summary>
    public static bool TryReadSegmentHeader(ReadOnlySpan<byte> source, out SegmentHeader header) =>
        TryReadSegmentHeaderCopy(source, out header)
        || TryReadSegmentHeaderCopy(source[SegmentHeaderCopyOffset..], out header);

    /// <summary>Writes the frame around a table that stands in place already.</summary>
    public static void SealFrame(Span<byte> frame, uint magic, in BlockHeader header)
    {
        frame[..FrameHeaderSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(frame, magic);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[4..], header.Version);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], header.LogId);
        BinaryPrimitives.WriteInt64LittleEndian(frame[16..], header.Lsn);
        BinaryPrimitives.WriteInt64LittleEndian(frame[24..], header.FlushedThrough);
        BinaryPrimitives.WriteInt64LittleEndian(frame[32..], header.Floor);
        BinaryPrimitives.WriteInt32LittleEndian(frame[40..], header.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame[44..], header.TrailerOffset);
        BinaryPrimitives.WriteInt32LittleEndian(frame[48..], header.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumOffset..], FrameChecksum(frame, header.Count));
    }

    /// <summary>Reads a header or trailer; false unless magic, version, log and checksum agree and its numbers make
    /// sense.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> source, uint magic, ulong logId, out BlockHeader header)
    {
        header = default;
        if (source.Length < FrameHeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != magic
            || !IsRead(BinaryPrimitives.ReadUInt16LittleEndian(source[4..]))
            || BinaryPrimitives.ReadUInt64LittleEndian(source[8..]) != logId)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(source[48..]);
        if (count < 0 || count > (source.Length - FrameHeaderSize) / EntrySize
            || BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumOffset..]) != FrameChecksum(source, count))
        {
            return false;
        }

        header = new(
            logId,
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[44..]),
            count)
        {
            Version = BinaryPrimitives.ReadUInt16LittleEndian(source[4..]),
        };
        return header.TrailerOffset >= SectorSize && header.TrailerOffset % SectorSize == 0
            && header.Length % SectorSize == 0 && header.Length - header.TrailerOffset >= FrameSize(count);
    }

    /// <summary>Whether a sector begins as a header or trailer does, intact or not.</summary>
    public static bool BeginsFrame(ReadOnlySpan<byte> sector, ulong logId, out long lsn)
    {
        lsn = 0;
        if (sector.Length < FrameHeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(sector) is not (HeaderMagic or TrailerMagic)
            || BinaryPrimitives.ReadUInt64LittleEndian(sector[8..]) != logId)
        {
            return false;
        }

        lsn = BinaryPrimitives.ReadInt64LittleEndian(sector[16..]);
        return true;
    }

    public static void WriteEntry(Span<byte> frame, int index, in BlockEntry entry)
    {
        var at = frame.Slice(FrameSize(index), EntrySize);
        BinaryPrimitives.WriteUInt64LittleEndian(at, entry.Group.Value);
        BinaryPrimitives.WriteInt64LittleEndian(at[8..], entry.Key.Ballot.Round);
        BinaryPrimitives.WriteUInt16LittleEndian(at[16..], entry.Key.Ballot.Proposer.Value);
        at[18] = (byte)entry.Key.Kind;
        at[19] = entry.IsCopy ? CopyFlag : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(at[20..], entry.Key.Ballot.Incarnation);
        BinaryPrimitives.WriteInt64LittleEndian(at[24..], entry.Key.First.Index);
        BinaryPrimitives.WriteInt64LittleEndian(at[32..], entry.Key.Last.Index);
        BinaryPrimitives.WriteInt32LittleEndian(at[40..], entry.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(at[44..], entry.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(at[48..], entry.Checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(at[52..], entry.Key.Epoch.Number);
    }

    public static BlockEntry ReadEntry(ReadOnlySpan<byte> frame, int index)
    {
        var at = frame.Slice(FrameSize(index), EntrySize);
        var ballot = new Ballot(
            BinaryPrimitives.ReadInt64LittleEndian(at[8..]),
            new(BinaryPrimitives.ReadUInt16LittleEndian(at[16..])),
            BinaryPrimitives.ReadUInt32LittleEndian(at[20..]));
        var key = new RecordKey(
            (RecordKind)at[18],
            ballot,
            new(BinaryPrimitives.ReadInt64LittleEndian(at[24..])),
            new(BinaryPrimitives.ReadInt64LittleEndian(at[32..])))
        {
            Epoch = BinaryPrimitives.ReadUInt16LittleEndian(frame[4..]) < VersionWithEpochs
                ? default
                : new(BinaryPrimitives.ReadUInt32LittleEndian(at[52..])),
        };
        return new(
            new(BinaryPrimitives.ReadUInt64LittleEndian(at)),
            key,
            (at[19] & CopyFlag) != 0,
            BinaryPrimitives.ReadInt32LittleEndian(at[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(at[44..]),
            BinaryPrimitives.ReadUInt32LittleEndian(at[48..]));
    }

    private static uint FrameChecksum(ReadOnlySpan<byte> frame, int count) =>
        Crc32C.Of(frame[..ChecksumOffset], frame[FrameHeaderSize..FrameSize(count)]);

    private static bool IsRead(ushort version) => version is >= RecordCodec.VersionMin and <= Version;

    private static bool TryReadSegmentHeaderCopy(ReadOnlySpan<byte> source, out SegmentHeader header)
    {
        header = new(
            BinaryPrimitives.ReadUInt16LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]));
        return BinaryPrimitives.ReadUInt32LittleEndian(source) == SegmentMagic
            && IsRead(header.Version)
            && BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumOffset..]) == Crc32C.Of(source[..ChecksumOffset]);
    }
}
