using System.Buffers.Binary;

namespace PaxosSM.Execution;

/// <summary>What a record of the executor's state tells of.</summary>
internal enum StateRecordKind : byte
{
    /// <summary>All that there is one of.</summary>
    Head = 0,

    /// <summary>A session.</summary>
    Session = 1,

    /// <summary>A kept result of a session.</summary>
    Result = 2,

    /// <summary>A pending timer.</summary>
    Timer = 3,
}

/// <summary>Names a record of the executor's state in a machine's own store (R27).</summary>
/// <remarks>As bytes: kind (1), first (8), second (8), big-endian, so that their order is the records'.</remarks>
/// <param name="Kind">What it tells of.</param>
/// <param name="First">The session's or timer's number; else 0.</param>
/// <param name="Second">The command's number; else 0.</param>
internal readonly record struct StateKey(StateRecordKind Kind, long First = 0, long Second = 0)
    : IComparable<StateKey>
{
    /// <summary>Its size in bytes.</summary>
    public const int Size = 17;

    /// <summary>Its bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), First);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1 + sizeof(long)), Second);
        return bytes;
    }

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static StateKey Read(ReadOnlySpan<byte> bytes)
    {
        var known = bytes.Length == Size && bytes[0] <= (byte)StateRecordKind.Timer;
        StateReader.Require(known, "a record has no such key");
        return new(
            (StateRecordKind)bytes[0],
            BinaryPrimitives.ReadInt64BigEndian(bytes[1..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[(1 + sizeof(long))..]));
    }

    /// <inheritdoc/>
    public int CompareTo(StateKey other)
    {
        var order = Kind.CompareTo(other.Kind);
        order = order != 0 ? order : First.CompareTo(other.First);
        return order != 0 ? order : Second.CompareTo(other.Second);
    }
}
