using PaxosSM.Messages;

namespace PaxosSM.Runtime.Wire;

internal static class LearningCodec
{
    public static FrameKind Write(WireWriter writer, Message message)
    {
        switch (message)
        {
            case LearnRequest request:
                writer.WriteSlot(request.From);
                writer.WriteInt32(request.BytesMax);
                writer.WriteBoolean(request.Follow);
                return FrameKind.LearnRequest;
            case LearnReply reply:
                writer.WriteSlot(reply.First);
                writer.WriteSlot(reply.ChosenThrough);
                writer.WriteSlot(reply.Snapshot);
                writer.WriteInt32(reply.Stride);
                ListCodec.Write(writer, reply.Values);
                return FrameKind.LearnReply;
            case VotesRequest request:
                writer.WriteBallot(request.Ballot);
                writer.WriteSlotRange(request.Range);
                return FrameKind.VotesRequest;
            case VotesReply reply:
                WriteVotesReply(writer, reply);
                return FrameKind.VotesReply;
            case SnapshotRequest request:
                writer.WriteSlot(request.Slot);
                writer.WriteInt64(request.Offset);
                writer.WriteInt32(request.BytesMax);
                return FrameKind.SnapshotRequest;
            case SnapshotPiece piece:
                WritePiece(writer, piece);
                return FrameKind.SnapshotPiece;
            case Checkpoint checkpoint:
                WriteCheckpoint(writer, checkpoint);
                return FrameKind.Checkpoint;
            default:
                return FrameKind.None;
        }
    }

    public static Message Read(FrameKind kind, ref WireReader reader) => kind switch
    {
        FrameKind.LearnRequest => new LearnRequest(reader.ReadSlot(), reader.ReadInt32(), reader.ReadBoolean()),
        FrameKind.LearnReply => ReadLearnReply(ref reader),
        FrameKind.VotesRequest => new VotesRequest(reader.ReadBallot(), reader.ReadSlotRange()),
        FrameKind.VotesReply => new VotesReply(
            reader.ReadBallot(),
            reader.ReadSlotRange(),
            ListCodec.Votes(ref reader),
            ListCodec.Ranges(ref reader),
            ListCodec.Ranges(ref reader)),
        FrameKind.SnapshotRequest => new SnapshotRequest(reader.ReadSlot(), Position(ref reader), reader.ReadInt32()),
        FrameKind.SnapshotPiece =>
            new SnapshotPiece(reader.ReadSlot(), Position(ref reader), Position(ref reader), reader.ReadBytes()),
        FrameKind.Checkpoint => new Checkpoint(
            reader.ReadSlot(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadSlot(), reader.ReadSlot()),
        _ => throw MessageCodec.Unknown(kind),
    };

    private static LearnReply ReadLearnReply(ref WireReader reader)
    {
        var first = reader.ReadSlot();
        var chosenThrough = reader.ReadSlot();
        var snapshot = reader.ReadSlot();
        var stride = reader.ReadInt32();
        return stride > 0
            ? new(first, ListCodec.Values(ref reader), chosenThrough, snapshot) { Stride = stride }
            : throw new WireFormatException($"stride {stride}");
    }

    private static void WriteVotesReply(WireWriter writer, VotesReply reply)
    {
        writer.WriteBallot(reply.Ballot);
        writer.WriteSlotRange(reply.Range);
        ListCodec.Write(writer, reply.Votes);
        ListCodec.Write(writer, reply.Dropped);
        ListCodec.Write(writer, reply.Faulty);
    }

    private static void WritePiece(WireWriter writer, SnapshotPiece piece)
    {
        writer.WriteSlot(piece.Slot);
        writer.WriteInt64(piece.Offset);
        writer.WriteInt64(piece.Length);
        writer.WriteBytes(piece.Bytes.Span);
    }

    private static void WriteCheckpoint(WireWriter writer, Checkpoint checkpoint)
    {
        writer.WriteSlot(checkpoint.Applied);
        writer.WriteUInt64(checkpoint.Chain);
        writer.WriteUInt64(checkpoint.Digest);
        writer.WriteSlot(checkpoint.SnapshotThrough);
        writer.WriteSlot(checkpoint.Cursor);
    }

    private static long Position(ref WireReader reader)
    {
        var position = reader.ReadInt64();
        return position >= 0 ? position : throw new WireFormatException("negative position");
    }
}
