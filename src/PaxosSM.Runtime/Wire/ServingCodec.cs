using PaxosSM.Messages;

namespace PaxosSM.Runtime.Wire;

internal static class ServingCodec
{
    public static FrameKind Write(WireWriter writer, Message message)
    {
        switch (message)
        {
            case Submit submit:
                writer.WriteInt32(submit.Count);
                writer.WriteBytes(submit.Entries.Span);
                return FrameKind.Submit;
            case SubmitRefused refused:
                writer.WriteByte((byte)refused.Error);
                writer.WriteNodeId(refused.Leader);
                return FrameKind.SubmitRefused;
            case ReadIndexRequest request:
                writer.WriteInt64(request.Id);
                writer.WriteBoolean(request.Lease);
                return FrameKind.ReadIndexRequest;
            case ReadIndexReply reply:
                writer.WriteInt64(reply.Id);
                writer.WriteByte((byte)reply.Error);
                writer.WriteSlot(reply.Bound);
                writer.WriteNodeId(reply.Leader);
                return FrameKind.ReadIndexReply;
            case OwnerBeat beat:
                writer.WriteUInt32(beat.Incarnation);
                writer.WriteInt64(beat.Load);
                writer.WriteBallot(beat.Owns);
                return FrameKind.OwnerBeat;
            case LogClock clock:
                writer.WriteInt64(clock.Time.Microseconds);
                writer.WriteInt64(clock.NextDeadline.Microseconds);
                return FrameKind.LogClock;
            default:
                return FrameKind.None;
        }
    }

    public static Message Read(FrameKind kind, ref WireReader reader)
    {
        switch (kind)
        {
            case FrameKind.Submit:
                var count = reader.ReadInt32();
                return new Submit(Entries(ref reader, count), count);
            case FrameKind.SubmitRefused:
                return new SubmitRefused(Error(ref reader), reader.ReadNodeId());
            case FrameKind.ReadIndexRequest:
                return new ReadIndexRequest(reader.ReadInt64(), reader.ReadBoolean());
            case FrameKind.ReadIndexReply:
                return new ReadIndexReply(
                    reader.ReadInt64(), Error(ref reader), reader.ReadSlot(), reader.ReadNodeId());
            case FrameKind.OwnerBeat:
                return new OwnerBeat(reader.ReadUInt32(), reader.ReadInt64(), reader.ReadBallot());
            case FrameKind.LogClock:
                return new LogClock(new(reader.ReadInt64()), new(reader.ReadInt64()));
            default:
                throw MessageCodec.Unknown(kind);
        }
    }

    public static PaxosError Error(ref WireReader reader) =>
        (PaxosError)reader.ReadByteUpTo((byte)PaxosError.Wedged);

    // Checked where they come in: nobody behind the wire, and no replay of the log, ever meets a batch that can't be
    // split, or that holds more commands than it says.
    public static ReadOnlyMemory<byte> Entries(ref WireReader reader, int count)
    {
        var entries = reader.ReadLentBytes();
        var rest = entries;
        var found = 0;
        while (CommandEntry.TryRead(ref rest, out _))
        {
            found++;
        }

        return rest.IsEmpty && found == count
            ? entries
            : throw new WireFormatException(
                $"{found} whole entries where {count} are announced, and {rest.Length} bytes more");
    }
}
