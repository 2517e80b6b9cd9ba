using System.Buffers;

namespace PaxosSM;

/// <summary>How outboxes are read and acknowledged: as commands and queries of their machine, which begin with bytes
/// that no other command begins with.</summary>
/// <remarks>For machines below the typed layer; <see cref="OutboxClient"/> sends them.</remarks>
public static class OutboxRequests
{
    private const byte AcknowledgeKind = 1;
    private const byte DestinationsKind = 2;
    private const byte EntriesKind = 3;

    private static ReadOnlySpan<byte> Marker =>
    [
        0x00, 0x91, 0xb4, 0x1e, 0x6c, 0xd2, 0x4f, 0x0a, 0x83, 0x27, 0xe5, 0x5d, 0x70, 0xf9, 0x36, 0xc8,
    ];

    /// <summary>Applies a command if it acknowledges entries. It has no result.</summary>
    /// <returns>Whether it was one; if not, it is the machine's own.</returns>
    public static bool TryApply(
        IOutboxStateMachine machine, in CommandContext context, in ReadOnlySequence<byte> command)
    {
        if (!TryOpen(command, out var body))
        {
            return false;
        }

        try
        {
            OutboxReader reader = new(body[1..]);
            if (body.Span[0] == AcknowledgeKind)
            {
                var token = reader.ReadToken();
                machine.Acknowledge(in context, reader.ReadText(), in token);
            }
        }
        catch (InvalidDataException)
        {
            // A client's bytes must never stop a replica: a malformed one acknowledges nothing.
        }

        return true;
    }

    /// <summary>Answers a query if it asks for an outbox' entries.</summary>
    /// <returns>Whether it did; if not, it is the machine's own.</returns>
    public static bool TryQuery(
        IOutboxStateMachine machine, in ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        if (!TryOpen(query, out var body))
        {
            return false;
        }

        OutboxReader reader = new(body[1..]);
        OutboxWriter writer = new(result);
        switch (body.Span[0])
        {
            case DestinationsKind:
                var destinationsMax = reader.ReadInt32();
                var destinations = machine.OutboxDestinations(destinationsMax, reader.ReadText());
                writer.WriteInt32(destinations.Count);
                foreach (var each in destinations)
                {
                    writer.WriteText(each);
                }

                break;
            case EntriesKind:
                var (entriesMax, bytesMax) = (reader.ReadInt32(), reader.ReadInt64());
                writer.WriteEntries(machine.ReadOutbox(reader.ReadText(), entriesMax, bytesMax));
                break;
            default:
                throw new InvalidDataException($"an outbox knows no question {body.Span[0]}");
        }

        return true;
    }

    internal static ReadOnlyMemory<byte> Acknowledge(string destination, in OutboxToken through)
    {
        var writer = Begin(AcknowledgeKind, out var bytes);
        writer.WriteToken(in through);
        writer.WriteText(destination);
        return bytes.WrittenMemory;
    }

    internal static ReadOnlyMemory<byte> Destinations(int destinationsMax, string after)
    {
        var writer = Begin(DestinationsKind, out var bytes);
        writer.WriteInt32(destinationsMax);
        writer.WriteText(after);
        return bytes.WrittenMemory;
    }

    internal static ReadOnlyMemory<byte> Entries(string destination, int entriesMax, long bytesMax)
    {
        var writer = Begin(EntriesKind, out var bytes);
        writer.WriteInt32(entriesMax);
        writer.WriteInt64(bytesMax);
        writer.WriteText(destination);
        return bytes.WrittenMemory;
    }

    private static OutboxWriter Begin(byte kind, out ArrayBufferWriter<byte> bytes)
    {
        bytes = new();
        bytes.Write(Marker);
        bytes.Write([kind]);
        return new(bytes);
    }

    // What is not for the outbox is told by its first bytes, and not copied.
    private static bool TryOpen(in ReadOnlySequence<byte> request, out ReadOnlyMemory<byte> body)
    {
        body = default;
        if (request.Length <= Marker.Length)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[Marker.Length];
        request.Slice(0, Marker.Length).CopyTo(head);
        if (!head.SequenceEqual(Marker))
        {
            return false;
        }

        var rest = request.Slice(Marker.Length);
        body = rest.IsSingleSegment ? rest.First : rest.ToArray();
        return true;
    }
}
