using System.Buffers.Binary;

namespace PaxosSM.Testing.Simulation;

/// <summary>What a <see cref="KeyValueMachine"/> is asked, as bytes.</summary>
/// <remarks>
/// A kind (one byte), a key (two bytes, little-endian), then what the kind needs:
/// put and append: the value; compare-and-set: the expected value's length (two bytes), it, and the new value;
/// hold: how long, in microseconds (eight bytes). A query is a key alone, with the kind <see cref="Get"/>.
/// </remarks>
public static class KeyValueCommand
{
    /// <summary>Reads a key.</summary>
    public const byte Get = 0;

    /// <summary>Gives a key a value.</summary>
    public const byte Put = 1;

    /// <summary>Adds to the end of a key's value.</summary>
    public const byte Append = 2;

    /// <summary>Gives a key a value, if it has the expected one.</summary>
    public const byte CompareAndSet = 3;

    /// <summary>Adds one to a key's counter.</summary>
    public const byte Increment = 4;

    /// <summary>Forgets a key, its value and its counter.</summary>
    public const byte Delete = 5;

    /// <summary>Holds a name until a timer lets go of it (R19); for no time: lets go of it at once.</summary>
    public const byte Hold = 6;

    /// <summary>Where what the kind needs begins.</summary>
    internal const int HeaderBytes = 3;

    /// <summary>A query for a key's value and counter.</summary>
    public static byte[] GetOf(ushort key) => Header(Get, key, 0);

    /// <summary>A command that adds one to a key's counter.</summary>
    public static byte[] IncrementOf(ushort key) => Header(Increment, key, 0);

    /// <summary>A command that forgets a key.</summary>
    public static byte[] DeleteOf(ushort key) => Header(Delete, key, 0);

    /// <summary>A command that gives a key a value.</summary>
    public static byte[] PutOf(ushort key, ReadOnlySpan<byte> value) => WithValue(Put, key, value);

    /// <summary>A command that adds to a key's value.</summary>
    public static byte[] AppendOf(ushort key, ReadOnlySpan<byte> value) => WithValue(Append, key, value);

    /// <summary>A command that replaces the value that is expected.</summary>
    public static byte[] CompareAndSetOf(ushort key, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> value)
    {
        var command = Header(CompareAndSet, key, 2 + expected.Length + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(command.AsSpan(HeaderBytes), checked((ushort)expected.Length));
        expected.CopyTo(command.AsSpan(HeaderBytes + 2));
        value.CopyTo(command.AsSpan(HeaderBytes + 2 + expected.Length));
        return command;
    }

    /// <summary>A command that holds a name for a while of the log's time, or lets go of it.</summary>
    public static byte[] HoldOf(ushort name, TimeSpan span)
    {
        var command = Header(Hold, name, sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(
            command.AsSpan(HeaderBytes), span.Ticks / TimeSpan.TicksPerMicrosecond);
        return command;
    }

    private static byte[] WithValue(byte kind, ushort key, ReadOnlySpan<byte> value)
    {
        var command = Header(kind, key, value.Length);
        value.CopyTo(command.AsSpan(HeaderBytes));
        return command;
    }

    private static byte[] Header(byte kind, ushort key, int more)
    {
        var command = new byte[HeaderBytes + more];
        command[0] = kind;
        BinaryPrimitives.WriteUInt16LittleEndian(command.AsSpan(1), key);
        return command;
    }
}
