using System.Buffers.Binary;

namespace PaxosSM.Runtime;

/// <summary>
/// One result in a <see cref="ClientResults"/> frame. The fields mean what those of <see cref="ClientResult"/> mean.
/// </summary>
/// <remarks>
/// Little-endian: session (8), sequence (8), error (1), detail (8), slot (8), length of the result (4), result.
/// </remarks>
public readonly struct ResultEntry
{
    /// <summary>What stands before a result, in bytes.</summary>
    public const int HeaderSize = 37;

    /// <summary>A result.</summary>
    public ResultEntry(
        SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlyMemory<byte> result)
    {
        Session = session;
        Sequence = sequence;
        Error = error;
        Detail = detail;
        Slot = slot;
        Result = result;
    }

    /// <summary>The session; for an opening, <see cref="SessionId.None"/>.</summary>
    public SessionId Session { get; }

    /// <summary>The command's number; for an opening, the first 8 bytes of its nonce.</summary>
    public long Sequence { get; }

    /// <summary><see cref="PaxosError.None"/>, or why it was refused.</summary>
    public PaxosError Error { get; }

    /// <summary>For <see cref="PaxosError.SessionGap"/>: the number to resend from.</summary>
    public long Detail { get; }

    /// <summary>The slot it was applied in.</summary>
    public Slot Slot { get; }

    /// <summary>What the machine wrote, or the message as UTF-8.</summary>
    public ReadOnlyMemory<byte> Result { get; }

    /// <summary>Lays a result out at the start of <paramref name="destination"/>, which has room for it.</summary>
    public static void Write(
        Span<byte> destination,
        SessionId session,
        long sequence,
        PaxosError error,
        long detail,
        Slot slot,
        ReadOnlySpan<byte> result)
    {
        var header = destination[..HeaderSize];
        BinaryPrimitives.WriteInt64LittleEndian(header, session.Value);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], sequence);
        header[16] = (byte)error;
        BinaryPrimitives.WriteInt64LittleEndian(header[17..], detail);
        BinaryPrimitives.WriteInt64LittleEndian(header[25..], slot.Index);
        BinaryPrimitives.WriteInt32LittleEndian(header[33..], result.Length);
        result.CopyTo(destination[HeaderSize..]);
    }

    /// <summary>Reads the result at the start of <paramref name="results"/> and moves past it.</summary>
    /// <returns>False when what is left is no whole result.</returns>
    public static bool TryRead(ref ReadOnlyMemory<byte> results, out ResultEntry entry)
    {
        entry = default;
        if (results.Length < HeaderSize)
        {
            return false;
        }

        var header = results.Span[..HeaderSize];
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[33..]);
        if (length < 0 || length > results.Length - HeaderSize)
        {
            return false;
        }

        entry = new(
            new(BinaryPrimitives.ReadInt64LittleEndian(header)),
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
            (PaxosError)header[16],
            BinaryPrimitives.ReadInt64LittleEndian(header[17..]),
            new(BinaryPrimitives.ReadInt64LittleEndian(header[25..])),
            results.Slice(HeaderSize, length));
        results = results[(HeaderSize + length)..];
        return true;
    }
}
