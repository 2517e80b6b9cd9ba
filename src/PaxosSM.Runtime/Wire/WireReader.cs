using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PaxosSM.Runtime.Wire;

/// <summary>Reads what <see cref="WireWriter"/> laid out.</summary>
/// <remarks>
/// Every length is held against what is left before anything is allocated; what does not fit is a
/// <see cref="WireFormatException"/>.
/// What is read owns its memory: with the first bytes taken, the rest of the payload is copied once, and all that
/// follow are slices of that one array. The source may be used again when the reader is done.
/// </remarks>
public ref struct WireReader
{
    /// <summary>No slot and no round is ever so high; one that were would overflow what is counted from it.</summary>
    private const long PositionMax = 1L << 62;

    private readonly ReadOnlySpan<byte> _source;
    private ReadOnlyMemory<byte> _owned;
    private int _ownedFrom;
    private int _position;

    /// <summary>Reads <paramref name="source"/> from its start.</summary>
    public WireReader(ReadOnlySpan<byte> source)
    {
        _source = source;
        _ownedFrom = -1;
    }

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _source.Length - _position;

    /// <summary>1 byte.</summary>
    public byte ReadByte() => Take(sizeof(byte))[0];

    /// <summary>1 byte, not above <paramref name="last"/>: an enumeration's.</summary>
    public byte ReadByteUpTo(byte last)
    {
        var value = ReadByte();
        return value <= last ? value : throw new WireFormatException($"{value} where at most {last} is defined");
    }

    /// <summary>1 byte, 0 or 1.</summary>
    public bool ReadBoolean() => ReadByteUpTo(1) == 1;

    /// <summary>2 bytes.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

    /// <summary>4 bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    /// <summary>4 bytes, not negative.</summary>
    public int ReadInt32()
    {
        var value = (int)ReadUInt32();
        return value >= 0 ? value : throw new WireFormatException("negative");
    }

    /// <summary>8 bytes.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>8 bytes.</summary>
    public long ReadInt64() => (long)ReadUInt64();

    /// <summary>How many elements follow, of which each takes <paramref name="elementBytesMin"/> at least.</summary>
    public int ReadCount(int elementBytesMin)
    {
        var count = ReadUInt32();
        return count <= (uint)(Remaining / elementBytesMin)
            ? (int)count
            : throw new WireFormatException($"{count} elements in {Remaining} bytes");
    }

    /// <summary>A length of 4 bytes, and the bytes, as memory of their own.</summary>
    public ReadOnlyMemory<byte> ReadBytes()
    {
        var length = ReadCount(1);
        if (length == 0)
        {
            return default;
        }

        if (_ownedFrom < 0)
        {
            var copy = GC.AllocateUninitializedArray<byte>(Remaining);
            _source[_position..].CopyTo(copy);
            _owned = copy;
            _ownedFrom = _position;
        }

        var bytes = _owned.Slice(_position - _ownedFrom, length);
        _position += length;
        return bytes;
    }

    /// <summary>The same as memory that is lent (<see cref="PayloadPool"/>): for a payload that is alone in its
    /// frame.</summary>
    public ReadOnlyMemory<byte> ReadLentBytes()
    {
        var bytes = Take(ReadCount(1));
        if (bytes.IsEmpty)
        {
            return default;
        }

        var lent = PayloadPool.Current.Lend(bytes.Length);
        bytes.CopyTo(lent.Span);
        return lent;
    }

    /// <summary>A length of 4 bytes, and UTF-8.</summary>
    public string ReadText()
    {
        var bytes = Take(ReadCount(1));
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new WireFormatException("no UTF-8");
    }

    /// <summary>2 bytes.</summary>
    public NodeId ReadNodeId() => new(ReadUInt16());

    /// <summary>16 bytes.</summary>
    public StorageId ReadStorageId() => new(new Guid(Take(16)));

    /// <summary>8 bytes; not before <see cref="Slot.Zero"/>.</summary>
    public Slot ReadSlot() => new(NotNegative());

    /// <summary>16 bytes.</summary>
    public SlotRange ReadSlotRange() => new(ReadSlot(), ReadSlot());

    /// <summary>14 bytes.</summary>
    public Ballot ReadBallot() => new(NotNegative(), ReadNodeId(), ReadUInt32());

    /// <summary>A value whose checksum is right.</summary>
    /// <remarks>
    /// Checked although the frame has one of its own: the frame's vouches for the wire only, the value's for the
    /// sender's memory and disk too (R24, R28). Whoever votes for a value knows that it is the proposer's.
    /// </remarks>
    public Value ReadValue() => ReadValue(lent: false);

    /// <summary>The same, its payload in memory that is lent: for a value that is alone in its frame.</summary>
    public Value ReadLentValue() => ReadValue(lent: true);

    /// <summary>Refuses bytes that nothing asked for.</summary>
    public readonly void End()
    {
        if (Remaining != 0)
        {
            throw new WireFormatException($"{Remaining} bytes too many");
        }
    }

    private Value ReadValue(bool lent)
    {
        var kind = (ValueKind)ReadByte();
        if (kind is < ValueKind.Commands or > ValueKind.Stop)
        {
            throw new WireFormatException($"value of kind {(byte)kind}");
        }

        LogTime stamp = new(ReadInt64());
        var checksum = ReadUInt32();
        Value value = new(kind, stamp, lent ? ReadLentBytes() : ReadBytes(), checksum);
        return value.IsIntact ? value : throw new WireFormatException($"value {value} is damaged");
    }

    private long NotNegative()
    {
        var value = ReadInt64();
        return value is >= 0 and < PositionMax ? value : throw new WireFormatException("position out of range");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining)
        {
            ThrowShort(count);
        }

        var taken = _source.Slice(_position, count);
        _position += count;
        return taken;
    }

    [DoesNotReturn]
    private readonly void ThrowShort(int count) =>
        throw new WireFormatException($"{count} bytes wanted, {Remaining} left");
}
