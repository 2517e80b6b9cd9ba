using PaxosSM.Messages;

namespace PaxosSM.Runtime.Wire;

internal static class Phase2Codec
{
    public static FrameKind Write(WireWriter writer, Message message)
    {
        switch (message)
        {
            case Accept accept:
                WriteAccept(writer, accept);
                return FrameKind.Accept;
            case Accepted accepted:
                WriteAccepted(writer, accepted);
                return FrameKind.Accepted;
            case Heartbeat heartbeat:
                WriteHeartbeat(writer, heartbeat);
                return FrameKind.Heartbeat;
            case HeartbeatAck ack:
                WriteHeartbeatAck(writer, ack);
                return FrameKind.HeartbeatAck;
            case Sync sync:
                WriteSync(writer, sync);
                return FrameKind.Sync;
            case SyncAccepted accepted:
                writer.WriteBallot(accepted.Ballot);
                writer.WriteSlot(accepted.Base);
                return FrameKind.SyncAccepted;
            case Chosen chosen:
                writer.WriteBallot(chosen.Mark.Ballot);
                writer.WriteUInt16(chosen.Mark.Lane.Index);
                writer.WriteSlot(chosen.Mark.Through);
                writer.WriteSlot(chosen.ChosenThrough);
                writer.WriteSlot(chosen.Work);
                return FrameKind.Chosen;
            default:
                return FrameKind.None;
        }
    }

    public static Message Read(FrameKind kind, ref WireReader reader) => kind switch
    {
        FrameKind.Accept => ReadAccept(ref reader),
        FrameKind.Accepted =>
            new Accepted(reader.ReadBallot(), new(reader.ReadUInt16()), reader.ReadSlot(), reader.ReadSlot()),
        FrameKind.Heartbeat => new Heartbeat(
            reader.ReadBallot(), reader.ReadInt64(), reader.ReadSlot(), reader.ReadSlot(), reader.ReadSlot(),
            reader.ReadBoolean()),
        FrameKind.HeartbeatAck => new HeartbeatAck(
            reader.ReadBallot(), reader.ReadInt64(), reader.ReadSlot(), reader.ReadBoolean(), reader.ReadBoolean()),
        FrameKind.Sync =>
            new Sync(reader.ReadBallot(), reader.ReadSlot(), ListCodec.View(ref reader), ListCodec.Values(ref reader)),
        FrameKind.SyncAccepted => new SyncAccepted(reader.ReadBallot(), reader.ReadSlot()),
        FrameKind.Chosen =>
            new Chosen(new(reader.ReadBallot(), new(reader.ReadUInt16()), reader.ReadSlot()), reader.ReadSlot())
            {
                Work = reader.ReadSlot(),
            },
        _ => throw MessageCodec.Unknown(kind),
    };

    // The value stands last, so that copying its payload out copies nothing else.
    private static void WriteAccept(WireWriter writer, Accept accept)
    {
        writer.WriteBallot(accept.Ballot);
        writer.WriteUInt16(accept.Lane.Index);
        writer.WriteSlot(accept.Slot);
        writer.WriteSlot(accept.Last);
        writer.WriteSlot(accept.ChosenThrough);
        writer.WriteSlot(accept.LaneThrough);
        writer.WriteValue(accept.Value);
    }

    private static Accept ReadAccept(ref WireReader reader)
    {
        var ballot = reader.ReadBallot();
        Lane lane = new(reader.ReadUInt16());
        var slot = reader.ReadSlot();
        var last = reader.ReadSlot();
        var chosenThrough = reader.ReadSlot();
        var laneThrough = reader.ReadSlot();
        return last >= slot
            ? new(ballot, lane, slot, reader.ReadLentValue(), chosenThrough, laneThrough) { Last = last }
            : throw new WireFormatException($"a proposal for {slot} through {last}");
    }

    private static void WriteAccepted(WireWriter writer, Accepted accepted)
    {
        writer.WriteBallot(accepted.Ballot);
        writer.WriteUInt16(accepted.Lane.Index);
        writer.WriteSlot(accepted.From);
        writer.WriteSlot(accepted.Through);
    }

    private static void WriteHeartbeat(WireWriter writer, Heartbeat heartbeat)
    {
        writer.WriteBallot(heartbeat.Ballot);
        writer.WriteInt64(heartbeat.Nonce);
        writer.WriteSlot(heartbeat.ChosenThrough);
        writer.WriteSlot(heartbeat.Sync);
        writer.WriteSlot(heartbeat.LaneThrough);
        writer.WriteBoolean(heartbeat.WantsLease);
    }

    private static void WriteHeartbeatAck(WireWriter writer, HeartbeatAck ack)
    {
        writer.WriteBallot(ack.Ballot);
        writer.WriteInt64(ack.Nonce);
        writer.WriteSlot(ack.Highest);
        writer.WriteBoolean(ack.Leased);
        writer.WriteBoolean(ack.Synced);
    }

    private static void WriteSync(WireWriter writer, Sync sync)
    {
        writer.WriteBallot(sync.Ballot);
        writer.WriteSlot(sync.Base);
        ListCodec.Write(writer, sync.View);
        ListCodec.Write(writer, sync.Suffix);
    }
}
