using System.Buffers.Binary;

namespace PaxosSM.Execution;

/// <summary>Reads what <see cref="StateWriter"/> laid out; everything that it reads may be damaged or
/// hostile.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _left = source;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _left.IsEmpty;

    /// <summary>Says what is wrong unless <paramref name="condition"/> holds.</summary>
    public static void Require(bool condition, string complaint)
    {
        if (!condition)
        {
            throw new FormatException($"the executor's state is damaged: {complaint}");
        }
    }

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => ReadBytes(sizeof(byte))[0];

    /// <summary>Reads four bytes.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(sizeof(int)));

    /// <summary>Reads eight bytes.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(sizeof(long)));

    /// <summary>Reads how many items follow; what is left must be able to hold that many.</summary>
    public int ReadCount(int itemSizeMin, int countMax)
    {
        var count = ReadInt32();
        Require(count >= 0 && count <= countMax && count <= _left.Length / itemSizeMin, "a count is out of range");
        return count;
    }

    /// <summary>Reads bytes; they are a part of the source.</summary>
    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        Require(length >= 0 && length <= _left.Length, "it ends too early");
        var bytes = _left[..length];
        _left = _left[length..];
        return bytes;
    }

    /// <summary>Reads what is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadBytes(_left.Length);
}
