using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PaxosSM;

/// <summary>What an entry of a batch asks for.</summary>
public enum EntryKind : byte
{
    /// <summary>A session's command for the machine.</summary>
    Command = 1,

    /// <summary>Opens a session; the payload is a <see cref="SessionRequest"/>.</summary>
    OpenSession = 2,

    /// <summary>Keeps a session alive and acknowledges results.</summary>
    KeepAlive = 3,

    /// <summary>Ends a session.</summary>
    CloseSession = 4,
}

/// <summary>One entry of a batch. A batch's payload is such entries, one behind the other.</summary>
/// <remarks>
/// Little-endian: kind (1), session (8), sequence (8), acknowledged-through (8), length of the payload (4), payload.
/// The client lays entries out once; proposers, acceptors and logs move them as they are.
/// </remarks>
public readonly struct CommandEntry
{
    /// <summary>What stands before an entry's payload, in bytes.</summary>
    public const int HeaderSize = 29;

    /// <summary>An entry.</summary>
    public CommandEntry(
        EntryKind kind, SessionId session, long sequence, long acknowledgedThrough, ReadOnlyMemory<byte> payload)
    {
        Kind = kind;
        Session = session;
        Sequence = sequence;
        AcknowledgedThrough = acknowledgedThrough;
        Payload = payload;
    }

    /// <summary>What it asks for.</summary>
    public EntryKind Kind { get; }

    /// <summary>The session; none for <see cref="EntryKind.OpenSession"/>.</summary>
    public SessionId Session { get; }

    /// <summary>The command's number in the session, from 1.</summary>
    public long Sequence { get; }

    /// <summary>The client needs no result up to this number any more, and gave up what it has not got (R17).</summary>
    public long AcknowledgedThrough { get; }

    /// <summary>The command.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The command as a sequence, for a machine. Asked for some time before it is passed on: whoever moves
    /// it, word by word, right after it was written in halves waits for the halves to reach the cache.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void LayOut(out ReadOnlySequence<byte> command) =>
        command = MemoryMarshal.TryGetArray(Payload, out var part)
            ? new(part.Array!, part.Offset, part.Count) // an array was found
            : new(Payload);

    /// <summary>Writes an entry's header; the payload follows it.</summary>
    public static void WriteHeader(
        Span<byte> destination, EntryKind kind, SessionId session, long sequence, long acknowledgedThrough, int length)
    {
        destination = destination[..HeaderSize];
        destination[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(destination[1..], session.Value);
        BinaryPrimitives.WriteInt64LittleEndian(destination[9..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(destination[17..], acknowledgedThrough);
        BinaryPrimitives.WriteInt32LittleEndian(destination[25..], length);
    }

    /// <summary>Reads the entry at the start of <paramref name="batch"/> and moves past it.</summary>
    /// <returns>False when what is left is no whole entry.</returns>
    public static bool TryRead(ref ReadOnlyMemory<byte> batch, out CommandEntry entry)
    {
        entry = default;
        if (batch.Length < HeaderSize)
        {
            return false;
        }

        var header = batch.Span[..HeaderSize];
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[25..]);
        if (length < 0 || length > batch.Length - HeaderSize)
        {
            return false;
        }

        entry = new(
            (EntryKind)header[0],
            new(BinaryPrimitives.ReadInt64LittleEndian(header[1..])),
            BinaryPrimitives.ReadInt64LittleEndian(header[9..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[17..]),
            batch.Slice(HeaderSize, length));
        batch = batch[(HeaderSize + length)..];
        return true;
    }

    /// <summary>Whether <paramref name="batch"/> is whole entries only.</summary>
    public static bool IsWellFormed(ReadOnlyMemory<byte> batch)
    {
        while (!batch.IsEmpty)
        {
            if (!TryRead(ref batch, out _))
            {
                return false;
            }
        }

        return true;
    }
}
