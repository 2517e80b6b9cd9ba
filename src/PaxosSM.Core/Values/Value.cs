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
/// Its payload may lie in <see cref="LentMemory"/>: then it is there until <see cref="GiveBack"/>, for which the node's
/// log says when. The checksum is made once, by the proposer, and travels with the value over the wire, into the log
/// and into the hash chain (R28), so that a value damaged on the way never passes for another.
/// </remarks>
public sealed class Value
{
    /// <summary>What a value costs beside its payload, in bytes, where sizes are counted.</summary>
    public const int Overhead = 64;

    // To read less costs no more than to do without.
    private const int KnownBytesMin = 1 << 10;

    private ReadOnlyMemory<byte> _payload;
    private LentMemory? _lent;
    private int _holders;
    private bool _isGone;

    /// <summary>A value whose checksum came with it; see <see cref="IsIntact"/>.</summary>
    public Value(ValueKind kind, LogTime stamp, ReadOnlyMemory<byte> payload, uint checksum)
    {
        Kind = kind;
        Stamp = stamp;
        _payload = LentMemory.Claim(payload, out _lent);
        Length = payload.Length;
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
    /// <exception cref="InvalidOperationException">They were given back: no role of the node holds the value any
    /// more.</exception>
    public ReadOnlyMemory<byte> Payload => _isGone ? throw new InvalidOperationException(
        $"value {this} is read after the node let go of it") : _payload;

    /// <summary>How many bytes its payload has, or had.</summary>
    public int Length { get; }

    /// <summary>CRC-32C over kind, stamp and payload.</summary>
    public uint Checksum { get; }

    /// <summary>Its size where sizes are counted, in bytes.</summary>
    public int Size => Overhead + Length;

    /// <summary>Whether the checksum is right.</summary>
    public bool IsIntact => Compute(Kind, Stamp, Payload.Span) == Checksum;

    /// <summary>Goes on with the payload, as <see cref="Crc32C.Append"/> does: what the checksum tells of it need not
    /// be read again.</summary>
    public uint AppendPayload(uint crc) => Length < KnownBytesMin
        ? Crc32C.Append(crc, Payload.Span)
        : Crc32C.AppendKnown(crc, Length, ComputeHead(Kind, Stamp), ~Checksum);

    /// <summary>Whether it is the very same value, byte by byte.</summary>
    public bool IsSame(Value other) =>
        ReferenceEquals(this, other)
        || (Kind == other.Kind && Stamp == other.Stamp && Checksum == other.Checksum
            && Payload.Span.SequenceEqual(other.Payload.Span));

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}:{Length}:{Checksum:x8}";

    /// <summary>Gives its payload's memory back, if it was lent. The driver's, on the core's thread: no step, write,
    /// message or executor of the node needs it any more.</summary>
    public void GiveBack()
    {
        if (_lent is { } lent && _holders == 0)
        {
            (_isGone, _payload, _lent) = (true, default, null);
            lent.EndClaim();
        }
    }

    /// <summary>A part of the core holds it, until it says otherwise. All on the core's thread.</summary>
    internal void Hold()
    {
        if (_lent is not null)
        {
            _holders++;
        }
    }

    /// <summary>A part of the core holds it no longer.</summary>
    internal void Release()
    {
        if (_lent is not null)
        {
            _holders--;
        }
    }

    /// <summary>The log has let go of it: it is given back, unless somebody else holds it still.</summary>
    internal void Release(Effects effects)
    {
        Release();
        if (_lent is not null && _holders == 0)
        {
            effects.Free(this);
        }
    }

    /// <summary>It goes where nobody counts who holds it: its memory is never given back.</summary>
    internal void Keep() => _lent = null;

    private static uint Compute(ValueKind kind, LogTime stamp, ReadOnlySpan<byte> payload) =>
        ~Crc32C.Append(ComputeHead(kind, stamp), payload);

    private static uint ComputeHead(ValueKind kind, LogTime stamp)
    {
        var crc = BitOperations.Crc32C(Crc32C.Start, (byte)kind);
        return BitOperations.Crc32C(crc, (ulong)stamp.Microseconds);
    }
}
