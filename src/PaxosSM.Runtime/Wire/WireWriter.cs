using System.Buffers.Binary;
using System.Text;

namespace PaxosSM.Runtime.Wire;

/// <summary>Lays out values, little-endian, at the end of a <see cref="FrameBuffer"/>.</summary>
/// <remarks>
/// Allocates nothing. What finds no room is left out and marks the buffer <see cref="FrameBuffer.Overflowed"/>; the
/// frame is then taken back as a whole. Not an exception: a full buffer is back-pressure, which is no error.
/// </remarks>
public readonly ref struct WireWriter
{
    private readonly FrameBuffer _buffer;

    /// <summary>Writes to the end of <paramref name="buffer"/>.</summary>
    public WireWriter(FrameBuffer buffer) => _buffer = buffer;

    /// <summary>1 byte.</summary>
    public void WriteByte(byte value)
    {
        if (_buffer.TryReserve(sizeof(byte), out var span))
        {
            span[0] = value;
        }
    }

    /// <summary>1 byte, 0 or 1.</summary>
    public void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>2 bytes.</summary>
    public void WriteUInt16(ushort value)
    {
        if (_buffer.TryReserve(sizeof(ushort), out var span))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(span, value);
        }
    }

    /// <summary>4 bytes.</summary>
    public void WriteUInt32(uint value)
    {
        if (_buffer.TryReserve(sizeof(uint), out var span))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(span, value);
        }
    }

    /// <summary>4 bytes.</summary>
    public void WriteInt32(int value) => WriteUInt32((uint)value);

    /// <summary>8 bytes.</summary>
    public void WriteUInt64(ulong value)
    {
        if (_buffer.TryReserve(sizeof(ulong), out var span))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(span, value);
        }
    }

    /// <summary>8 bytes.</summary>
    public void WriteInt64(long value) => WriteUInt64((ulong)value);

    /// <summary>How many elements follow: 4 bytes.</summary>
    public void WriteCount(int value) => WriteUInt32((uint)value);

    /// <summary>A length of 4 bytes, and the bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteUInt32((uint)value.Length);
        if (_buffer.TryReserve(value.Length, out var span))
        {
            value.CopyTo(span);
        }
    }

    /// <summary>A length of 4 bytes, and UTF-8.</summary>
    public void WriteText(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteUInt32((uint)length);
        if (_buffer.TryReserve(length, out var span))
        {
            Encoding.UTF8.GetBytes(value, span);
        }
    }

    /// <summary>2 bytes.</summary>
    public void WriteNodeId(NodeId value) => WriteUInt16(value.Value);

    /// <summary>16 bytes.</summary>
    public void WriteStorageId(StorageId value)
    {
        if (_buffer.TryReserve(16, out var span))
        {
            value.Value.TryWriteBytes(span);
        }
    }

    /// <summary>8 bytes. A slot before <see cref="Slot.Zero"/> is a bug of the sender, and stops it here: the reader
    /// refuses it.</summary>
    public void WriteSlot(Slot value)
    {
        Invariant.Holds(value >= Slot.Zero);
        WriteInt64(value.Index);
    }

    /// <summary>16 bytes: first, last.</summary>
    public void WriteSlotRange(SlotRange value)
    {
        WriteSlot(value.First);
        WriteSlot(value.Last);
    }

    /// <summary>14 bytes: round, proposer, incarnation.</summary>
    public void WriteBallot(Ballot value)
    {
        Invariant.Holds(value.Round >= 0);
        WriteInt64(value.Round);
        WriteNodeId(value.Proposer);
        WriteUInt32(value.Incarnation);
    }

    /// <summary>17 bytes and the payload: kind, stamp, checksum, length, payload.</summary>
    public void WriteValue(Value value)
    {
        WriteByte((byte)value.Kind);
        WriteInt64(value.Stamp.Microseconds);
        WriteUInt32(value.Checksum);
        WriteBytes(value.Payload.Span);
        _buffer.NoteValue(value);
    }
}
