using System.Buffers;
using System.Text;
using PaxosSM.Execution;
using PaxosSM.Quorums;

namespace PaxosSM;

/// <summary>A configuration as bytes: in the value that ends an epoch, in records, messages and snapshots.</summary>
/// <remarks>Little-endian: version (1), epoch (4), next number (2), quorum kind (1), its two numbers (4 each), deal (1;
/// 255 for none), flags (1; bit 0: wedged, bit 1: a fork (8) follows; the others are 0), members (2), then for each:
/// number (2), roles (1), storage (16), name and address (each 2 for the length, then UTF-8). Version 1 has no flags:
/// none is set.</remarks>
public static class ConfigurationCodec
{
    private const byte Version = 2;
    private const byte VersionWithoutFlags = 1;
    private const byte NoDeal = 255;
    private const byte WedgedFlag = 1;
    private const byte ForkFlag = 2;
    private const byte KnownFlags = WedgedFlag | ForkFlag;
    private const int MemberSizeMin = 23;

    /// <summary>The bytes; made once for a configuration.</summary>
    public static ReadOnlyMemory<byte> Encode(Configuration configuration) =>
        configuration.Encoded ??= Write(configuration);

    private static byte[] Write(Configuration configuration)
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(body);
        writer.WriteByte(Version);
        writer.WriteInt32((int)configuration.Epoch.Number);
        WriteUInt16(ref writer, configuration.NextNumber);
        writer.WriteByte((byte)configuration.Rule.Kind);
        writer.WriteInt32(configuration.Rule.First);
        writer.WriteInt32(configuration.Rule.Second);
        writer.WriteByte(configuration.Deal is { } deal ? (byte)deal : NoDeal);
        writer.WriteByte(FlagsOf(configuration));
        if (configuration.Fork != ForkId.None)
        {
            writer.WriteInt64((long)configuration.Fork.Value);
        }

        WriteUInt16(ref writer, checked((ushort)configuration.Members.Count));
        foreach (var member in configuration.Members)
        {
            WriteUInt16(ref writer, member.Id.Value);
            writer.WriteByte((byte)member.Roles);
            writer.WriteBytes(member.Storage.Value.ToByteArray());
            WriteText(ref writer, member.Name);
            WriteText(ref writer, member.Address);
        }

        return body.WrittenSpan.ToArray();
    }

    /// <summary>The configuration; null when the bytes are none, or one that nobody could work with.</summary>
    public static Configuration? Decode(ReadOnlySpan<byte> bytes) =>
        DecodeEnded(bytes) is { Problem: null } configuration ? configuration : null;

    /// <summary>The configuration of an epoch that is over, whether or not anybody could work with it; null when the
    /// bytes are none.</summary>
    /// <remarks>All that a newcomer knows of the members at first is who founded the cluster; whom it takes the place
    /// of may have been the only proposer.</remarks>
    public static Configuration? DecodeEnded(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Read(bytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static Configuration? Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        var version = reader.ReadByte();
        if (version is not (Version or VersionWithoutFlags))
        {
            return null;
        }

        var epoch = new Epoch((uint)reader.ReadInt32());
        var next = ReadUInt16(ref reader);
        var rule = new QuorumRule((QuorumKind)reader.ReadByte(), reader.ReadInt32(), reader.ReadInt32());
        var deal = reader.ReadByte();
        var flags = version == VersionWithoutFlags ? (byte)0 : reader.ReadByte();
        ForkId fork = new((flags & ForkFlag) == 0 ? 0 : (ulong)reader.ReadInt64());
        var count = ReadUInt16(ref reader);

        // What a flag means is a rule that every replica must follow: whoever does not know it can't take part.
        if ((flags & ~KnownFlags) != 0
            || count is 0 or > NodeSet.MembersMax || count * MemberSizeMin > bytes.Length
            || (deal != NoDeal && !Enum.IsDefined((DealPolicy)deal)))
        {
            return null;
        }

        var members = new Member[count];
        for (var index = 0; index < count; index++)
        {
            NodeId id = new(ReadUInt16(ref reader));
            var roles = (MemberRoles)reader.ReadByte();
            StorageId storage = new(new Guid(reader.ReadBytes(16)));
            members[index] = new(id, ReadText(ref reader), ReadText(ref reader), roles, storage);
        }

        Configuration read = new(epoch, members, rule, deal == NoDeal ? null : (DealPolicy)deal)
        {
            NextNumber = next,
            IsWedged = (flags & WedgedFlag) != 0,
            Fork = fork,
        };
        return reader.IsAtEnd ? read : null;
    }

    private static byte FlagsOf(Configuration configuration) =>
        (byte)((configuration.IsWedged ? WedgedFlag : 0) | (configuration.Fork != ForkId.None ? ForkFlag : 0));

    private static void WriteUInt16(ref StateWriter writer, ushort number)
    {
        writer.WriteByte((byte)number);
        writer.WriteByte((byte)(number >> 8));
    }

    private static ushort ReadUInt16(ref StateReader reader) =>
        (ushort)(reader.ReadByte() | (reader.ReadByte() << 8));

    private static void WriteText(ref StateWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteUInt16(ref writer, checked((ushort)bytes.Length));
        writer.WriteBytes(bytes);
    }

    private static string ReadText(ref StateReader reader) =>
        Encoding.UTF8.GetString(reader.ReadBytes(ReadUInt16(ref reader)));
}
