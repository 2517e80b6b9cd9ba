using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;

namespace PaxosSM.RedisKv.Machine;

/// <summary>The hash that places keys and names states: the same in every process and on every architecture.</summary>
/// <remarks>.NET's own string and byte hashes are seeded per process, so an order derived from them would differ
/// between replicas.</remarks>
internal static class ByteHash
{
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    /// <summary>A hash of 63 bits, so that it is also a SCAN cursor that clients with signed numbers can
    /// hold.</summary>
    public static ulong OfKey(ReadOnlySpan<byte> key) => XxHash3.HashToUInt64(key) >> 1;

    /// <summary>A hash of 64 bits for digests; independent of <see cref="OfKey"/>.</summary>
    public static ulong OfValue(ReadOnlySpan<byte> value) => XxHash3.HashToUInt64(value, 1);

    /// <summary>Mixes two hashes; not symmetric.</summary>
    public static ulong Combine(ulong left, ulong right)
    {
        var mixed = (BitOperations.RotateLeft(left, 29) + Multiplier) ^ (right * Multiplier);
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8_FEB8_6659_FD93;
        mixed = (mixed ^ (mixed >> 32)) * 0xD6E8_FEB8_6659_FD93;
        return mixed ^ (mixed >> 32);
    }

    /// <summary>A hash of a number.</summary>
    public static ulong OfNumber(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return OfValue(bytes);
    }
}
