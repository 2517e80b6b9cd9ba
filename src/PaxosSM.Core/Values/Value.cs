using System.Numerics;

namespace PaxosSM;

/// <summary>What a value is.</summary>
public enum ValueKind : byte
{
    /// <summary>A batch of client commands, as <see cref="CommandEntry"/> lays them out.</summary>
    Commands = 1,

    /// <summary>A no-op that closes a gap, passes an idle owner's turn, or lets the log's time go on (R9,
    /// R19).</summary>
    Skip = 2,

    /// <summary>Opens a reign: the payload is its <see cref="View"/>.</summary>
    View = 3,

    /// <summary>Ends the epoch (R11).</summary>
    Stop = 4,
}

/// <summary>The value proposed for one slot. Immutable, its payload too.</summary>
/// <remarks>
/// The checksum is made once, by the proposer, and travels with the value over the wire, into the log and into the hash
/// chain (R28), so that a value damaged on the way never passes for another.
/// </remarks>
public sealed class Value
{
    /// <summary>What a value costs beside its payload, in bytes, where sizes are counted.</summary>
    public const int Overhead = 64;

    /// <summary>A value whose checksum came with it; see <see cref="IsIntact"/>.</summary>
    public Value(ValueKind kind, LogTime stamp, ReadOnlyMemory<byte> payload, uint checksum)
    {
        Kind = kind;
        Stamp = stamp;
        Payload = payload;
        Checksum = checksum;
    }

    /// <summary>A new value.</summary>
    public Value(ValueKind kind, LogTime stamp, ReadOnlyMemory<byte> payload)
        : this(kind, stamp, payload, Compute(kind, stamp, payload.Span))
    {
    }

    /// <summary>An idle owner's turn that passes (R9), or a gap that a take-over closed: it changes nothing, the log's
    /// time neither.</summary>
    public static Value Pass { get; } = new(ValueKind.Skip, LogTime.Zero, default);

    /// <summary>Whether it changes nothing wherever it is applied.</summary>
    public bool IsPass => Kind == ValueKind.Skip && Stamp == LogTime.Zero;

    /// <summary>What it is.</summary>
    public ValueKind Kind { get; }

    /// <summary>Its proposer's stamp (R19).</summary>
    public LogTime Stamp { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>CRC-32C over kind, stamp and payload.</summary>
    public uint Checksum { get; }

    /// <summary>Its size where sizes are counted, in bytes.</summary>
    public int Size => Overhead + Payload.Length;

    /// <summary>Whether the checksum is right.</summary>
    public bool IsIntact => Compute(Kind, Stamp, Payload.Span) == Checksum;

    /// <summary>Whether it is the very same value, byte by byte.</summary>
    public bool IsSame(Value other) =>
        ReferenceEquals(this, other)
        || (Kind == other.Kind && Stamp == other.Stamp && Checksum == other.Checksum
            && Payload.Span.SequenceEqual(other.Payload.Span));

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}:{Payload.Length}:{Checksum:x8}";

    private static uint Compute(ValueKind kind, LogTime stamp, ReadOnlySpan<byte> payload)
    {
        var crc = BitOperations.Crc32C(Crc32C.Start, (byte)kind);
        crc = BitOperations.Crc32C(crc, (ulong)stamp.Microseconds);
        return ~Crc32C.Append(crc, payload);
    }
}
