using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime.Wire;

/// <summary>How epochs end and begin.</summary>
internal static class EpochCodec
{
    public static FrameKind Write(WireWriter writer, Message message)
    {
        switch (message)
        {
            case EpochEnd end:
                Write(writer, end.Next);
                writer.WriteBoolean(end.Held);
                return FrameKind.EpochEnd;
            case EpochStarted started:
                writer.WriteUInt32(started.Epoch.Number);
                writer.WriteSlot(started.Base);
                writer.WriteUInt32(started.Digest);
                writer.WriteStorageId(started.Storage);
                return FrameKind.EpochStarted;
            case EpochQuery query:
                writer.WriteUInt32(query.Epoch.Number);
                return FrameKind.EpochQuery;
            case GuestProgress guest:
                writer.WriteSlot(guest.Through);
                return FrameKind.GuestProgress;
            default:
                return FrameKind.None;
        }
    }

    public static Message Read(FrameKind kind, ref WireReader reader) => kind switch
    {
        FrameKind.EpochEnd => new EpochEnd(Start(ref reader), reader.ReadBoolean()),
        FrameKind.EpochStarted => new EpochStarted(
            new(reader.ReadUInt32()), reader.ReadSlot(), reader.ReadUInt32(), reader.ReadStorageId()),
        FrameKind.EpochQuery => new EpochQuery(new(reader.ReadUInt32())),
        FrameKind.GuestProgress => new GuestProgress(reader.ReadSlot()),
        _ => throw MessageCodec.Unknown(kind),
    };

    public static void Write(WireWriter writer, EpochStart start)
    {
        writer.WriteSlot(start.Base);
        writer.WriteUInt32(start.Digest);
        writer.WriteBytes(ConfigurationCodec.Encode(start.Configuration).Span);
    }

    public static EpochStart Start(ref WireReader reader) =>
        new(reader.ReadSlot(), reader.ReadUInt32(), Configuration(ref reader));

    public static Configuration Configuration(ref WireReader reader) =>
        ConfigurationCodec.Decode(reader.ReadBytes().Span)
            ?? throw new WireFormatException("a configuration that can't be read, or that nobody could work with");

    /// <summary>The members of an epoch that is over.</summary>
    public static Configuration EndedConfiguration(ref WireReader reader) =>
        ConfigurationCodec.DecodeEnded(reader.ReadBytes().Span)
            ?? throw new WireFormatException("a configuration that can't be read");
}
