using System.Buffers;

namespace PaxosSM.RedisKv.Commands;

/// <summary>The bytes that carry commands to the state machine: a kind, a count, and the commands.</summary>
/// <remarks>
/// <c>payload = kind (1 byte), count, command*</c>; <c>command = count, (length, bytes)*</c>; numbers are unsigned
/// LEB128.
/// These bytes are in logs: a change needs a new kind.
/// </remarks>
internal static class CommandPayload
{
    /// <summary>Commands one after the other; the result is their replies one after the other.</summary>
    public const byte Batch = 1;

    /// <summary>Commands as one transaction; the result is one array of their replies.</summary>
    public const byte Transaction = 2;

    /// <summary>The most bytes that a number takes here.</summary>
    public const int NumberBytesMax = 5;

    /// <summary>Writes a number into a span; returns its length.</summary>
    public static int WriteNumber(Span<byte> destination, uint value)
    {
        var place = 0;
        while (value >= 0x80)
        {
            destination[place++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[place] = (byte)value;
        return place + 1;
    }

    /// <summary>Writes a number.</summary>
    public static void WriteNumber(IBufferWriter<byte> output, uint value) =>
        output.Advance(WriteNumber(output.GetSpan(NumberBytesMax), value));

    /// <summary>Writes one argument.</summary>
    public static void WriteArgument(IBufferWriter<byte> output, ReadOnlySpan<byte> argument)
    {
        WriteNumber(output, (uint)argument.Length);
        output.Write(argument);
    }

    /// <summary>Puts a kind and a count before commands that are already encoded.</summary>
    public static byte[] Wrap(byte kind, int count, ReadOnlySpan<byte> commands)
    {
        Span<byte> head = stackalloc byte[1 + NumberBytesMax];
        head[0] = kind;
        var length = 1 + WriteNumber(head[1..], (uint)count);
        var payload = GC.AllocateUninitializedArray<byte>(length + commands.Length);
        head[..length].CopyTo(payload);
        commands.CopyTo(payload.AsSpan(length));
        return payload;
    }
}
