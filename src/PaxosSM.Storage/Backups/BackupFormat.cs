using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PaxosSM.Storage;

/// <summary>The bytes of a backup: head, chunks, end; <c>specs/storage.md</c> draws them.</summary>
internal static class BackupFormat
{
    public const int HeadSize = 16;
    public const int ChunkHeaderSize = 8;
    public const int ChunkBytes = 64 * 1024;
    public const int EndSize = 64;
    public const int DescriptionBytesMax = 1024 * 1024;
    public const int DigestSize = 32;

    private const uint HeadMagic = 0x4B425850; // "PXBK"
    private const uint EndMagic = 0x45425850; // "PXBE"
    private const ushort Version = 1;
    private const int DigestOffset = 24;
    private const int EndChecksumOffset = DigestOffset + DigestSize;

    /// <summary>Lays the head out; its last four bytes are the seed of the chunks' checksums.</summary>
    public static byte[] WriteHead(BackupInfo info)
    {
        var description = Describe(info);
        var bytes = new byte[HeadSize + description.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, HeadMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), description.Length);
        description.CopyTo(bytes.AsSpan(HeadSize));
        var checksum = Crc32C.Of(bytes.AsSpan(0, HeadSize - sizeof(uint)), description);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HeadSize - sizeof(uint)), checksum);
        return bytes;
    }

    /// <summary>How many bytes the description behind a head has.</summary>
    /// <exception cref="InvalidDataException">It is no head, or of a version that is not read here.</exception>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        Require(BinaryPrimitives.ReadUInt32LittleEndian(head) == HeadMagic, "it does not begin like one");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(head[4..]);
        Require(version == Version, $"its version is {version}, this program reads {Version}");
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        Require(length is > 0 and <= DescriptionBytesMax, "its head is damaged");
        return length;
    }

    /// <summary>Reads a head and its description.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static BackupInfo ReadHead(ReadOnlySpan<byte> head, ReadOnlySpan<byte> description)
    {
        Require(
            SeedOf(head) == Crc32C.Of(head[..(HeadSize - sizeof(uint))], description), "its head is damaged");
        SequenceReader<byte> reader = new(new(description.ToArray()));
        var info = new BackupInfo
        {
            Cluster = new(new(Take(ref reader, 16))),
            Fork = new((ulong)Number(ref reader)),
            Group = new((ulong)Number(ref reader)),
            Slot = new(Number(ref reader)),
            Time = new(Number(ref reader)),
            Chain = (ulong)Number(ref reader),
            Taken = DateTimeOffset.FromUnixTimeMilliseconds(Number(ref reader)),
            Epoch = new(
                new(Number(ref reader)),
                (uint)Number(ref reader),
                ConfigurationCodec.Decode(Take(ref reader, (int)Number(ref reader)))
                    ?? throw Damaged("its members can't be read")),
            ClusterName = Text(ref reader),
            Node = Text(ref reader),
            Program = Text(ref reader),
        };
        Require(reader.End, "its head is damaged");
        return info;
    }

    public static uint SeedOf(ReadOnlySpan<byte> head) =>
        BinaryPrimitives.ReadUInt32LittleEndian(head[(HeadSize - sizeof(uint))..]);

    /// <summary>Writes what stands before a chunk's bytes; the checksum binds it to its backup and its place.</summary>
    public static void WriteChunkHeader(Span<byte> destination, uint seed, long index, ReadOnlySpan<byte> content)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], ChunkChecksum(seed, index, content));
    }

    /// <summary>The length of a chunk; zero where the end begins.</summary>
    public static int ChunkLength(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        Require(length is >= 0 and <= ChunkBytes, "a chunk's length is damaged");
        return length;
    }

    public static void CheckChunk(ReadOnlySpan<byte> header, uint seed, long index, ReadOnlySpan<byte> content) =>
        Require(
            BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == ChunkChecksum(seed, index, content),
            $"chunk {index} is damaged");

    public static void WriteEnd(Span<byte> destination, long length, long chunks, ReadOnlySpan<byte> digest)
    {
        destination[..EndSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], EndMagic);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], length);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], chunks);
        digest.CopyTo(destination[DigestOffset..]);
        var checksum = Crc32C.Of(destination[..EndChecksumOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[EndChecksumOffset..], checksum);
    }

    public static void CheckEnd(ReadOnlySpan<byte> end, long length, long chunks, ReadOnlySpan<byte> digest)
    {
        Span<byte> expected = stackalloc byte[EndSize];
        WriteEnd(expected, length, chunks, digest);
        Require(end.SequenceEqual(expected), "its end is damaged, or does not belong to the rest");
    }

    public static void Require(bool condition, string complaint)
    {
        if (!condition)
        {
            throw Damaged(complaint);
        }
    }

    public static InvalidDataException Damaged(string complaint) =>
        new($"This is no intact backup: {complaint}. Use another copy of it, or another backup.");

    private static byte[] Describe(BackupInfo info)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes); // little-endian, on every machine
        writer.Write(info.Cluster.Value.ToByteArray());
        writer.Write(info.Fork.Value);
        writer.Write(info.Group.Value);
        writer.Write(info.Slot.Index);
        writer.Write(info.Time.Microseconds);
        writer.Write(info.Chain);
        writer.Write(info.Taken.ToUnixTimeMilliseconds());
        writer.Write(info.Epoch.Base.Index);
        writer.Write((ulong)info.Epoch.Digest);
        var members = ConfigurationCodec.Encode(info.Epoch.Configuration);
        writer.Write((long)members.Length);
        writer.Write(members.Span);
        foreach (var text in (string[])[info.ClusterName, info.Node, info.Program])
        {
            var encoded = Encoding.UTF8.GetBytes(text);
            writer.Write((long)encoded.Length);
            writer.Write(encoded);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    private static long Number(ref SequenceReader<byte> reader)
    {
        Require(reader.TryReadLittleEndian(out long number), "its head ends too early");
        return number;
    }

    private static byte[] Take(ref SequenceReader<byte> reader, int length)
    {
        Require(length >= 0 && length <= reader.Remaining, "its head ends too early");
        var bytes = reader.UnreadSequence.Slice(0, length).ToArray();
        reader.Advance(length);
        return bytes;
    }

    private static string Text(ref SequenceReader<byte> reader) =>
        Encoding.UTF8.GetString(Take(ref reader, (int)Number(ref reader)));

    private static uint ChunkChecksum(uint seed, long index, ReadOnlySpan<byte> content)
    {
        Span<byte> place = stackalloc byte[sizeof(uint) + sizeof(long)];
        BinaryPrimitives.WriteUInt32LittleEndian(place, seed);
        BinaryPrimitives.WriteInt64LittleEndian(place[sizeof(uint)..], index);
        return Crc32C.Of(place, content);
    }
}
