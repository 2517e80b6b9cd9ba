using System.Buffers.Binary;

namespace PaxosSM;

/// <summary>How a session's commands are ordered (R17).</summary>
public enum SessionMode : byte
{
    /// <summary>Command n is applied once, and only after n - 1.</summary>
    Ordered = 1,

    /// <summary>A bounded window of commands, each applied once, in any order.</summary>
    Unordered = 2,
}

/// <summary>Asks for a session; the payload of an <see cref="EntryKind.OpenSession"/> entry.</summary>
/// <remarks>
/// Little-endian: nonce (16), mode (1), window (4), time-out in milliseconds (8). The nonce makes a repeated request
/// find the session that the first one opened. The result is the session's number (8).
/// </remarks>
/// <param name="Nonce">128 random bits of the client.</param>
/// <param name="Mode">The order.</param>
/// <param name="Window">How many results are kept at most, unacknowledged.</param>
/// <param name="Timeout">How long, by the log's time, the session outlives its last entry.</param>
public readonly record struct SessionRequest(Guid Nonce, SessionMode Mode, int Window, TimeSpan Timeout)
{
    /// <summary>The request's size, in bytes.</summary>
    public const int Size = 29;

    /// <summary>Lays the request out.</summary>
    public void Write(Span<byte> destination)
    {
        Nonce.TryWriteBytes(destination);
        destination[16] = (byte)Mode;
        BinaryPrimitives.WriteInt32LittleEndian(destination[17..], Window);
        BinaryPrimitives.WriteInt64LittleEndian(destination[21..], (long)Timeout.TotalMilliseconds);
    }

    /// <summary>Reads a request; false when it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out SessionRequest request)
    {
        request = default;
        if (source.Length != Size || source[16] is not ((byte)SessionMode.Ordered or (byte)SessionMode.Unordered))
        {
            return false;
        }

        var window = BinaryPrimitives.ReadInt32LittleEndian(source[17..]);
        var milliseconds = BinaryPrimitives.ReadInt64LittleEndian(source[21..]);
        if (window <= 0 || milliseconds is <= 0 or > 365L * 24 * 3600 * 1000)
        {
            return false;
        }

        request = new(new(source[..16]), (SessionMode)source[16], window, TimeSpan.FromMilliseconds(milliseconds));
        return true;
    }
}
