using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PaxosSM.Storage;

/// <summary>CRC-32C (Castagnoli), eight bytes at a time.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Append(uint.MaxValue, bytes);

    /// <summary>The checksum of two spans, one behind the other.</summary>
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        ~Append(Append(uint.MaxValue, first), second);

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
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
