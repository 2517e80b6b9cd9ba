using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace PaxosSM.Runtime.Tracing;

/// <summary>A trace's event, to and from a line of JSON; <c>specs/traces.md</c> has the fields.</summary>
/// <remarks>Strict: the fields stand in the documented order, none is missing and none is added, so that what a checker
/// does not know it does not overlook.</remarks>
public static class TraceLine
{
    /// <summary>Writes a line, its end included.</summary>
    /// <param name="line">Where to.</param>
    /// <param name="json">A writer to reuse; it is reset.</param>
    /// <param name="traced">The event.</param>
    public static void Write(ArrayBufferWriter<byte> line, Utf8JsonWriter json, in TraceEvent traced)
    {
        json.Reset(line);
        TraceWriter writer = new(json);
        json.WriteStartObject();
        writer.Number("seq", traced.Sequence);
        writer.Number("at", traced.At);
        writer.Group("group", traced.Group);
        writer.Number("epoch", traced.Origin.Epoch.Number);
        writer.Number("node", traced.Origin.Node.Value);
        writer.Number("life", traced.Origin.Incarnation);
        if (!AcceptorEvents.Write(writer, traced.Happened)
            && !ProposerEvents.Write(writer, traced.Happened)
            && !LearnerEvents.Write(writer, traced.Happened)
            && !EpochEvents.Write(writer, traced.Happened))
        {
            throw new UnreachableException($"{traced.Happened.GetType().Name} has no place in a trace");
        }

        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
    }

    /// <summary>Reads a line, without its end.</summary>
    /// <exception cref="TraceFormatException">It is no event; the message says why.</exception>
    public static TraceEvent Read(ReadOnlySpan<byte> line)
    {
        try
        {
            TraceReader reader = new(line);
            reader.Begin();
            var sequence = reader.Number("seq", long.MaxValue);
            var at = reader.Number("at", long.MaxValue);
            var group = reader.Group("group");
            TraceOrigin origin = new(
                new((uint)reader.Number("epoch", uint.MaxValue)),
                reader.Node("node"),
                (uint)reader.Number("life", uint.MaxValue));
            var kind = reader.Text("event");
            var happened = AcceptorEvents.Read(kind, ref reader)
                ?? ProposerEvents.Read(kind, ref reader)
                ?? LearnerEvents.Read(kind, ref reader)
                ?? EpochEvents.Read(kind, ref reader)
                ?? throw new TraceFormatException($"\"{kind}\" is no kind of event that is known here");
            reader.End();
            return new(sequence, at, group, origin, happened);
        }
        catch (JsonException broken)
        {
            throw new TraceFormatException($"no JSON: {broken.Message}", broken);
        }
    }
}
