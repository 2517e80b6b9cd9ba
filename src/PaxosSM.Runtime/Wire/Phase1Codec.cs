using PaxosSM.Messages;

namespace PaxosSM.Runtime.Wire;

internal static class Phase1Codec
{
    public static FrameKind Write(WireWriter writer, Message message)
    {
        switch (message)
        {
            case Prepare prepare:
                writer.WriteBallot(prepare.Ballot);
                return FrameKind.Prepare;
            case Promise promise:
                WritePromise(writer, promise);
                return FrameKind.Promise;
            case Refused refused:
                writer.WriteBallot(refused.Ballot);
                writer.WriteBallot(refused.Promised);
                return FrameKind.Refused;
            default:
                return FrameKind.None;
        }
    }

    public static Message Read(FrameKind kind, ref WireReader reader) => kind switch
    {
        FrameKind.Prepare => new Prepare(reader.ReadBallot()),
        FrameKind.Promise => ReadPromise(ref reader),
        FrameKind.Refused => new Refused(reader.ReadBallot(), reader.ReadBallot()),
        _ => throw MessageCodec.Unknown(kind),
    };

    public static void WritePromise(WireWriter writer, Promise promise)
    {
        writer.WriteBallot(promise.Ballot);
        writer.WriteSlot(promise.ChosenThrough);
        writer.WriteBallot(promise.LastVoted);
        writer.WriteSlot(promise.SyncBase);
        writer.WriteBoolean(promise.View is not null);
        if (promise.View is { } view)
        {
            ListCodec.Write(writer, view);
        }

        ListCodec.Write(writer, promise.Votes);
        ListCodec.Write(writer, promise.Faulty);
    }

    public static Promise ReadPromise(ref WireReader reader)
    {
        var ballot = reader.ReadBallot();
        var chosenThrough = reader.ReadSlot();
        var lastVoted = reader.ReadBallot();
        var syncBase = reader.ReadSlot();
        var view = reader.ReadBoolean() ? ListCodec.View(ref reader) : null;
        var votes = ListCodec.Votes(ref reader);
        return new(ballot, chosenThrough, lastVoted, syncBase, view, votes, ListCodec.Ranges(ref reader));
    }
}
