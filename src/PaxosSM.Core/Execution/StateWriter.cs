using System.Buffers;
using System.Buffers.Binary;

namespace PaxosSM.Execution;

/// <summary>Lays the executor's state out, little-endian.</summary>
internal readonly ref struct StateWriter(IBufferWriter<byte> destination)
{
    private readonly IBufferWriter<byte> _destination = destination;

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value)
    {
        _destination.GetSpan(sizeof(byte))[0] = value;
        _destination.Advance(sizeof(byte));
    }

    /// <summary>Writes four bytes.</summary>
    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_destination.GetSpan(sizeof(int)), value);
        _destination.Advance(sizeof(int));
    }

    /// <summary>Writes eight bytes.</summary>
    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_destination.GetSpan(sizeof(long)), value);
        _destination.Advance(sizeof(long));
    }

    /// <summary>Writes the bytes, without their length.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes) => _destination.Write(bytes);
}
