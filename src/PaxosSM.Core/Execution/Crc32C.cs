using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PaxosSM.Execution;

/// <summary>CRC-32C of a run of bytes.</summary>
internal static class Crc32C
{
    /// <summary>The checksum.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            var little = BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
            crc = BitOperations.Crc32C(crc, little);
        }

        foreach (var octet in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ~crc;
    }
}
