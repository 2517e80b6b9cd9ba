using PaxosSM.Election;
using PaxosSM.Messages;

namespace PaxosSM.Runtime.Wire;

/// <summary>Signs of life, rest, canvassing, and what members say before the first epoch.</summary>
internal static class ElectionCodec
{
    public static FrameKind Write(WireWriter writer, Message message)
    {
        switch (message)
        {
            case Alive alive:
                WriteAlive(writer, alive);
                return FrameKind.Alive;
            case Canvass canvass:
                writer.WriteInt64(canvass.Round);
                return FrameKind.Canvass;
            case CanvassReply reply:
                writer.WriteInt64(reply.Round);
                writer.WriteBoolean(reply.Willing);
                writer.WriteBallot(reply.Promised);
                return FrameKind.CanvassReply;
            case TransferOffer offer:
                writer.WriteBallot(offer.Ballot);
                writer.WriteBoolean(offer.Stand);
                return FrameKind.TransferOffer;
            case TransferReply reply:
                writer.WriteBallot(reply.Ballot);
                writer.WriteSlot(reply.Frontier);
                writer.WriteByte((byte)reply.Obstacle);
                return FrameKind.TransferReply;
            case Quiesce quiesce:
                writer.WriteBallot(quiesce.Ballot);
                writer.WriteSlot(quiesce.Through);
                return FrameKind.Quiesce;
            case Rouse rouse:
                writer.WriteBallot(rouse.Ballot);
                return FrameKind.Rouse;
            case GenesisHello hello:
                writer.WriteStorageId(hello.Storage);
                writer.WriteUInt64(hello.MembersDigest);
                return FrameKind.GenesisHello;
            case GenesisConfirm confirm:
                WriteConfirm(writer, confirm);
                return FrameKind.GenesisConfirm;
            default:
                return FrameKind.None;
        }
    }

    public static Message Read(FrameKind kind, ref WireReader reader) => kind switch
    {
        FrameKind.Alive => ReadAlive(ref reader),
        FrameKind.Canvass => new Canvass(reader.ReadInt64()),
        FrameKind.CanvassReply => new CanvassReply(reader.ReadInt64(), reader.ReadBoolean(), reader.ReadBallot()),
        FrameKind.TransferOffer => new TransferOffer(reader.ReadBallot(), reader.ReadBoolean()),
        FrameKind.TransferReply => new TransferReply(reader.ReadBallot(), reader.ReadSlot(), ReadObstacle(ref reader)),
        FrameKind.Quiesce => new Quiesce(reader.ReadBallot(), reader.ReadSlot()),
        FrameKind.Rouse => new Rouse(reader.ReadBallot()),
        FrameKind.GenesisHello => new GenesisHello(reader.ReadStorageId(), reader.ReadUInt64()),
        FrameKind.GenesisConfirm => ReadConfirm(ref reader),
        _ => throw MessageCodec.Unknown(kind),
    };

    private static TransferObstacle ReadObstacle(ref WireReader reader)
    {
        var obstacle = (TransferObstacle)reader.ReadByte();
        return Enum.IsDefined(obstacle)
            ? obstacle
            : throw new WireFormatException($"a transfer's obstacle {(byte)obstacle} is none");
    }

    private static void WriteAlive(WireWriter writer, Alive alive)
    {
        writer.WriteInt64(alive.Sequence);
        writer.WriteBoolean(alive.Healthy);
        writer.WriteCount(alive.Hears.Count);
        for (var i = 0; i < alive.Hears.Count; i++)
        {
            writer.WriteNodeId(alive.Hears[i]);
        }
    }

    private static Alive ReadAlive(ref WireReader reader)
    {
        var sequence = reader.ReadInt64();
        var healthy = reader.ReadBoolean();
        var hears = new NodeId[reader.ReadCount(sizeof(ushort))];
        for (var i = 0; i < hears.Length; i++)
        {
            hears[i] = reader.ReadNodeId();
        }

        return new(sequence, hears, healthy);
    }

    private static void WriteConfirm(WireWriter writer, GenesisConfirm confirm)
    {
        writer.WriteCount(confirm.Storages.Count);
        for (var i = 0; i < confirm.Storages.Count; i++)
        {
            writer.WriteStorageId(confirm.Storages[i]);
        }
    }

    private static GenesisConfirm ReadConfirm(ref WireReader reader)
    {
        var storages = new StorageId[reader.ReadCount(16)];
        for (var i = 0; i < storages.Length; i++)
        {
            storages[i] = reader.ReadStorageId();
        }

        return new(storages);
    }
}
