using System.Diagnostics;

namespace PaxosSM.Runtime.Wire;

/// <summary>A client frame's payload, to and from bytes. The group travels in the frame's header.</summary>
public static class ClientFrameCodec
{
    /// <summary>Writes the payload and tells its kind and group.</summary>
    public static FrameKind Write(WireWriter writer, ClientFrame frame, out GroupId group)
    {
        switch (frame)
        {
            case ClientSubmit submit:
                group = submit.Group;
                writer.WriteInt32(submit.Count);
                writer.WriteBytes(submit.Entries.Span);
                writer.WriteBoolean(submit.WantsTentative);
                return FrameKind.ClientSubmit;
            case ClientResult result:
                group = result.Group;
                WriteResult(writer, result);
                return FrameKind.ClientResult;
            case ClientResults results:
                group = results.Group;
                writer.WriteByte((byte)results.Durability);
                writer.WriteInt32(results.Count);
                writer.WriteBytes(results.Results.Span);
                writer.WriteBoolean(results.IsTentative);
                return FrameKind.ClientResults;
            case ClientQuery query:
                group = query.Group;
                WriteQuery(writer, query);
                return FrameKind.ClientQuery;
            case ClientQueryResult result:
                group = result.Group;
                WriteQueryResult(writer, result);
                return FrameKind.ClientQueryResult;
            case ClientStatusRequest request:
                group = request.Group;
                writer.WriteInt64(request.Id);
                return FrameKind.ClientStatusRequest;
            case ClientStatus status:
                group = status.Group;
                writer.WriteInt64(status.Id);
                writer.WriteText(status.Leader);
                writer.WriteText(status.Text);
                WriteTexts(writer, status.Addresses);
                writer.WriteBoolean(status.IsWedged);
                return FrameKind.ClientStatus;
            case ClientAdmin admin:
                group = admin.Group;
                writer.WriteInt64(admin.Id);
                writer.WriteText(admin.Command);
                return FrameKind.ClientAdmin;
            case ClientAdminResult result:
                group = result.Group;
                writer.WriteInt64(result.Id);
                writer.WriteByte((byte)result.State);
                writer.WriteText(result.Text);
                return FrameKind.ClientAdminResult;
            case ClientBackup backup:
                group = backup.Group;
                writer.WriteInt64(backup.Id);
                writer.WriteInt64(backup.Taken);
                return FrameKind.ClientBackup;
            case ClientBackupPiece piece:
                group = piece.Group;
                writer.WriteInt64(piece.Id);
                writer.WriteInt64(piece.Offset);
                writer.WriteBytes(piece.Bytes.Span);
                return FrameKind.ClientBackupPiece;
            default:
                throw new UnreachableException($"{frame.GetType().Name} has no wire format");
        }
    }

    /// <summary>Reads a frame that <see cref="FrameCodec.TryRead"/> found. It owns its memory.</summary>
    /// <exception cref="WireFormatException">The bytes are no such frame.</exception>
    public static ClientFrame Read(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        WireReader reader = new(payload);
        var group = header.Group;
        ClientFrame frame = header.Kind switch
        {
            FrameKind.ClientSubmit => ReadSubmit(ref reader, group),
            FrameKind.ClientResult => ReadResult(ref reader, group),
            FrameKind.ClientResults => ReadResults(ref reader, group),
            FrameKind.ClientQuery => ReadQuery(ref reader, group),
            FrameKind.ClientQueryResult => ReadQueryResult(ref reader, group),
            FrameKind.ClientStatusRequest => new ClientStatusRequest(group, reader.ReadInt64()),
            FrameKind.ClientStatus => new ClientStatus(group, reader.ReadInt64(), reader.ReadText(), reader.ReadText())
            {
                Addresses = ReadTexts(ref reader),
                IsWedged = reader.ReadBoolean(),
            },
            FrameKind.ClientAdmin => new ClientAdmin(group, reader.ReadInt64(), reader.ReadText()),
            FrameKind.ClientAdminResult => new ClientAdminResult(
                group,
                reader.ReadInt64(),
                (AdminState)reader.ReadByteUpTo((byte)AdminState.Elsewhere),
                reader.ReadText()),
            FrameKind.ClientBackup => new ClientBackup(group, reader.ReadInt64(), reader.ReadInt64()),
            FrameKind.ClientBackupPiece => new ClientBackupPiece(
                group, reader.ReadInt64(), reader.ReadInt64(), reader.ReadBytes()),
            _ => throw MessageCodec.Unknown(header.Kind),
        };
        reader.End();
        return frame;
    }

    private static void WriteTexts(WireWriter writer, IReadOnlyList<string> texts)
    {
        writer.WriteCount(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            writer.WriteText(texts[i]);
        }
    }

    private static string[] ReadTexts(ref WireReader reader)
    {
        var count = reader.ReadCount(sizeof(ushort));
        string[] texts = count == 0 ? [] : new string[count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadText();
        }

        return texts;
    }

    private static ClientSubmit ReadSubmit(ref WireReader reader, GroupId group)
    {
        var count = reader.ReadInt32();
        return new(group, ServingCodec.Entries(ref reader, count), count) { WantsTentative = reader.ReadBoolean() };
    }

    private static void WriteResult(WireWriter writer, ClientResult result)
    {
        writer.WriteInt64(result.Session.Value);
        writer.WriteInt64(result.Sequence);
        writer.WriteByte((byte)result.Error);
        writer.WriteInt64(result.Detail);
        writer.WriteSlot(result.Slot);
        writer.WriteByte((byte)result.Durability);
        writer.WriteBytes(result.Result.Span);
    }

    private static ClientResult ReadResult(ref WireReader reader, GroupId group)
    {
        SessionId session = new(reader.ReadInt64());
        var sequence = reader.ReadInt64();
        var error = ServingCodec.Error(ref reader);
        var detail = reader.ReadInt64();
        var slot = reader.ReadSlot();
        return new(group, session, sequence, error, detail, slot, ReadDurability(ref reader), reader.ReadBytes());
    }

    private static ClientResults ReadResults(ref WireReader reader, GroupId group)
    {
        var durability = ReadDurability(ref reader);
        var count = reader.ReadInt32();
        return new(group, durability, reader.ReadLentBytes(), count) { IsTentative = reader.ReadBoolean() };
    }

    private static Durability ReadDurability(ref WireReader reader) =>
        (Durability)reader.ReadByteUpTo((byte)Durability.Volatile);

    private static void WriteQuery(WireWriter writer, ClientQuery query)
    {
        writer.WriteInt64(query.Id);
        writer.WriteByte((byte)query.Consistency.Kind);
        writer.WriteSlot(Slot.Max(query.Consistency.AtLeast, Slot.Zero));
        writer.WriteInt64(query.Consistency.AgeMax.Ticks);
        writer.WriteInt64(query.Timeout.Ticks);
        writer.WriteBytes(query.Query.Span);
    }

    private static ClientQuery ReadQuery(ref WireReader reader, GroupId group)
    {
        var id = reader.ReadInt64();
        var kind = (ReadKind)reader.ReadByteUpTo((byte)ReadKind.Speculative);
        var slot = reader.ReadSlot();
        var age = TimeSpan.FromTicks(reader.ReadInt64());
        var timeout = TimeSpan.FromTicks(reader.ReadInt64());
        var consistency = kind switch
        {
            ReadKind.Linearizable => ReadConsistency.Linearizable,
            ReadKind.Lease => ReadConsistency.Lease,
            ReadKind.Local => ReadConsistency.Local,
            ReadKind.AtLeast => ReadConsistency.After(slot),
            ReadKind.MaxAge => ReadConsistency.NoOlderThan(age),
            ReadKind.Speculative => ReadConsistency.Speculative,
            _ => throw new UnreachableException(),
        };
        return new(group, id, consistency, timeout, reader.ReadBytes());
    }

    private static void WriteQueryResult(WireWriter writer, ClientQueryResult result)
    {
        writer.WriteInt64(result.Id);
        writer.WriteByte((byte)result.Error);
        writer.WriteSlot(result.Slot);
        writer.WriteInt64(result.Time.Microseconds);
        writer.WriteInt64(result.Age.Ticks);
        writer.WriteBytes(result.Result.Span);
    }

    private static ClientQueryResult ReadQueryResult(ref WireReader reader, GroupId group)
    {
        var id = reader.ReadInt64();
        var error = ServingCodec.Error(ref reader);
        var slot = reader.ReadSlot();
        LogTime time = new(reader.ReadInt64());
        var age = TimeSpan.FromTicks(reader.ReadInt64());
        return new(group, id, error, slot, time, age, reader.ReadBytes());
    }
}
