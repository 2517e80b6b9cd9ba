using System.Diagnostics;
using PaxosSM.Messages;

namespace PaxosSM.Runtime.Wire;

/// <summary>A message's payload, to and from bytes; <c>specs/wire.md</c> has the layouts, a golden file pins
/// each.</summary>
/// <remarks>
/// One method each way for a message, in one file for a family. A message that gains a field changes there, in its
/// golden file, and in the protocol version.
/// </remarks>
public static class MessageCodec
{
    /// <summary>Writes the payload and tells its kind.</summary>
    /// <remarks>The messages that never leave a node (<see cref="Voted"/> and its like) have none: a bug stops
    /// here.</remarks>
    public static FrameKind Write(WireWriter writer, Message message)
    {
        // The most frequent families first.
        var kind = Phase2Codec.Write(writer, message);
        if (kind == FrameKind.None)
        {
            kind = ServingCodec.Write(writer, message);
        }

        if (kind == FrameKind.None)
        {
            kind = ElectionCodec.Write(writer, message);
        }

        if (kind == FrameKind.None)
        {
            kind = LearningCodec.Write(writer, message);
        }

        if (kind == FrameKind.None)
        {
            kind = Phase1Codec.Write(writer, message);
        }

        if (kind == FrameKind.None)
        {
            kind = EpochCodec.Write(writer, message);
        }

        return kind != FrameKind.None
            ? kind
            : throw new UnreachableException($"{message.GetType().Name} does not leave the node");
    }

    /// <summary>Reads a payload. The message owns its memory.</summary>
    /// <exception cref="WireFormatException">The bytes are no such message.</exception>
    public static Message Read(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        WireReader reader = new(payload);
        Message message = ((byte)kind >> 4) switch
        {
            1 => Phase1Codec.Read(kind, ref reader),
            2 => Phase2Codec.Read(kind, ref reader),
            3 => LearningCodec.Read(kind, ref reader),
            4 => ServingCodec.Read(kind, ref reader),
            5 or 6 => ElectionCodec.Read(kind, ref reader),
            7 => EpochCodec.Read(kind, ref reader),
            _ => throw Unknown(kind),
        };
        reader.End();
        return message;
    }

    internal static WireFormatException Unknown(FrameKind kind) => new($"frame of unknown kind {(byte)kind:x2}");
}
