using System.Buffers.Binary;
using System.Security.Cryptography;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;
using PaxosSM.Takeover;

namespace PaxosSM.Hosting;

/// <summary>What one survivor's folder holds of all its groups, while it is held still (R33). A file of it travels to
/// where the plan is made.</summary>
/// <remarks>Little-endian: magic (4), version (2), two bytes of zero, length of what follows the checksum (8), its
/// SHA-256 (32); cluster (16), its name, fork (8), node's name, storage (16), count and names of the survivors, when it
/// was made (8, milliseconds), count and numbers of the groups that nothing can be told of, count and reports of the
/// others.</remarks>
public sealed record ForceReport
{
    private const uint Magic = 0x52535850; // "PXSR"
    private const ushort Version = 1;
    private const int HeaderSize = 16;
    private const int DigestSize = 32;
    private const int BytesMax = 1 << 30;
    private byte[]? _encoded;

    /// <summary>The cluster.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>Its name.</summary>
    public required string ClusterName { get; init; }

    /// <summary>The fork that the survivor was in.</summary>
    public required ForkId Fork { get; init; }

    /// <summary>The survivor's name.</summary>
    public required string Node { get; init; }

    /// <summary>Its storage.</summary>
    public required StorageId Storage { get; init; }

    /// <summary>The names of all survivors, as this one was told them.</summary>
    public required IReadOnlyList<string> Survivors { get; init; }

    /// <summary>When the folder was read.</summary>
    public required DateTimeOffset Taken { get; init; }

    /// <summary>Groups whose members nothing here tells.</summary>
    public required IReadOnlyList<GroupId> Unknown { get; init; }

    /// <summary>What it holds of the others.</summary>
    public required IReadOnlyList<SurvivorReport> Groups { get; init; }

    internal SurvivorHoldings Holdings => new(Storage, Groups, Unknown);

    /// <summary>Its number: a digest of all that it says.</summary>
    public Guid Id => new(Encode().AsSpan(HeaderSize, 16));

    /// <summary>Lays it out.</summary>
    public byte[] Encode() => _encoded ??= Write();

    /// <summary>Reads what <see cref="Encode"/> laid out.</summary>
    /// <exception cref="InvalidDataException">It is no such report, or damaged.</exception>
    public static ForceReport Decode(ReadOnlySpan<byte> bytes)
    {
        Require(
            bytes.Length >= HeaderSize + DigestSize && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Magic,
            "it does not begin like one");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        Require(version == Version, $"its version is {version}, this program reads {Version}");
        var body = bytes[(HeaderSize + DigestSize)..];
        Require(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) == body.Length, "it is cut");
        Require(
            SHA256.HashData(body).AsSpan().SequenceEqual(bytes.Slice(HeaderSize, DigestSize)), "its checksum is wrong");
        try
        {
            return Read(new(body));
        }
        catch (WireFormatException unreadable)
        {
            throw new InvalidDataException($"the report can't be read: {unreadable.Message}", unreadable);
        }
    }

    private static ForceReport Read(WireReader reader)
    {
        ForceReport report = new()
        {
            Cluster = new(new(reader.ReadBytes().Span)),
            ClusterName = reader.ReadText(),
            Fork = new(reader.ReadUInt64()),
            Node = reader.ReadText(),
            Storage = reader.ReadStorageId(),
            Survivors = [.. ReadTexts(ref reader)],
            Taken = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64()),
            Unknown = [.. ReadGroups(ref reader)],
            Groups = ReadReports(ref reader),
        };
        reader.End();
        return report;
    }

    private static string[] ReadTexts(ref WireReader reader)
    {
        var texts = new string[reader.ReadCount(1)];
        for (var index = 0; index < texts.Length; index++)
        {
            texts[index] = reader.ReadText();
        }

        return texts;
    }

    private static GroupId[] ReadGroups(ref WireReader reader)
    {
        var groups = new GroupId[reader.ReadCount(sizeof(ulong))];
        for (var index = 0; index < groups.Length; index++)
        {
            groups[index] = new(reader.ReadUInt64());
        }

        return groups;
    }

    private static SurvivorReport[] ReadReports(ref WireReader reader)
    {
        var reports = new SurvivorReport[reader.ReadCount(1)];
        for (var index = 0; index < reports.Length; index++)
        {
            reports[index] = SurvivorCodec.Read(ref reader);
        }

        return reports;
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException($"This is no intact report of a survivor: {what}.");
        }
    }

    private byte[] Write()
    {
        FrameBuffer body = new(BytesMax);
        WireWriter writer = new(body);
        writer.WriteBytes(Cluster.Value.ToByteArray());
        writer.WriteText(ClusterName);
        writer.WriteUInt64(Fork.Value);
        writer.WriteText(Node);
        writer.WriteStorageId(Storage);
        writer.WriteCount(Survivors.Count);
        foreach (var survivor in Survivors)
        {
            writer.WriteText(survivor);
        }

        writer.WriteInt64(Taken.ToUnixTimeMilliseconds());
        writer.WriteCount(Unknown.Count);
        foreach (var group in Unknown)
        {
            writer.WriteUInt64(group.Value);
        }

        writer.WriteCount(Groups.Count);
        foreach (var group in Groups)
        {
            SurvivorCodec.Write(writer, group);
        }

        Require(!body.Overflowed, $"it would be larger than {BytesMax} bytes");
        var bytes = new byte[HeaderSize + DigestSize + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), body.Length);
        _ = SHA256.HashData(body.Written.Span, bytes.AsSpan(HeaderSize));
        body.Written.CopyTo(bytes.AsMemory(HeaderSize + DigestSize));
        return bytes;
    }
}
