using PaxosSM.Takeover;

namespace PaxosSM.Runtime.Wire;

/// <summary>What a survivor holds of a group, as bytes (R33).</summary>
/// <remarks>Little-endian: group (8), node (2), name, address, roles (1), storage (16), the epoch's start, whether its
/// forerunner's members follow (1) and they, frontier (8), known chosen (8), trimmed-to (8), the values ahead: count
/// (4), then slot (8) and value of each; whether votes follow (1), and they, as a promise.</remarks>
public static class SurvivorCodec
{
    private const int AheadSizeMin = 8 + 17;

    /// <summary>Writes a report.</summary>
    public static void Write(WireWriter writer, SurvivorReport report)
    {
        writer.WriteUInt64(report.Group.Value);
        writer.WriteNodeId(report.Self.Id);
        writer.WriteText(report.Self.Name);
        writer.WriteText(report.Self.Address);
        writer.WriteByte((byte)report.Self.Roles);
        writer.WriteStorageId(report.Self.Storage);
        EpochCodec.Write(writer, report.Epoch);
        writer.WriteBoolean(report.Before is not null);
        if (report.Before is { } before)
        {
            writer.WriteBytes(ConfigurationCodec.Encode(before).Span);
        }

        writer.WriteSlot(report.Frontier);
        writer.WriteSlot(report.KnownChosen);
        writer.WriteSlot(report.TrimmedTo);
        writer.WriteCount(report.Ahead.Count);
        foreach (var (slot, value) in report.Ahead)
        {
            writer.WriteSlot(slot);
            writer.WriteValue(value);
        }

        writer.WriteBoolean(report.Votes is not null);
        if (report.Votes is { } votes)
        {
            Phase1Codec.WritePromise(writer, votes);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="WireFormatException">The bytes are no report.</exception>
    public static SurvivorReport Read(ref WireReader reader)
    {
        GroupId group = new(reader.ReadUInt64());
        Member self = new(
            reader.ReadNodeId(),
            reader.ReadText(),
            reader.ReadText(),
            (MemberRoles)reader.ReadByteUpTo((byte)MemberRoles.All),
            reader.ReadStorageId());
        var epoch = EpochCodec.Start(ref reader);
        var before = reader.ReadBoolean() ? EpochCodec.EndedConfiguration(ref reader) : null;
        return new(group, self, epoch)
        {
            Before = before,
            Frontier = reader.ReadSlot(),
            KnownChosen = reader.ReadSlot(),
            TrimmedTo = reader.ReadSlot(),
            Ahead = ReadAhead(ref reader),
            Votes = reader.ReadBoolean() ? Phase1Codec.ReadPromise(ref reader) : null,
        };
    }

    private static ChosenValue[] ReadAhead(ref WireReader reader)
    {
        var ahead = new ChosenValue[reader.ReadCount(AheadSizeMin)];
        for (var index = 0; index < ahead.Length; index++)
        {
            ahead[index] = new(reader.ReadSlot(), reader.ReadValue());
        }

        return ahead;
    }
}
