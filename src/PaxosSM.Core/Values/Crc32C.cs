using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PaxosSM;

/// <summary>CRC-32C (Castagnoli), eight bytes at a time: of values, logs, snapshots and frames alike.</summary>
public static class Crc32C
{
    /// <summary>What a checksum starts from; its end is inverted.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Append(Start, bytes);

    /// <summary>The checksum of two spans, one behind the other.</summary>
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        ~Append(Append(Start, first), second);

    /// <summary>Goes on with more bytes; the end, inverted, is the checksum.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            var ordered = BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
            crc = BitOperations.Crc32C(crc, ordered);
        }

        foreach (var octet in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return crc;
    }
}
