using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace PaxosSM;

/// <summary>CRC-32C (Castagnoli), eight bytes at a time: of values, logs, snapshots and frames alike.</summary>
/// <remarks>A step takes the processor three cycles, and it begins one each cycle: long spans are read as three runs
/// side by side, and the three checksums joined.</remarks>
public static class Crc32C
{
    /// <summary>What a checksum starts from; its end is inverted.</summary>
    public const uint Start = uint.MaxValue;

    private const int Runs = 3;
    private static readonly Run Long = new(2048);
    private static readonly Run Short = new(256);

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Append(Start, bytes);

    /// <summary>The checksum of two spans, one behind the other.</summary>
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        ~Append(Append(Start, first), second);

    /// <summary>Goes on with more bytes; the end, inverted, is the checksum.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Short.BytesMin)
        {
            crc = Long.Append(crc, ref bytes);
            crc = Short.Append(crc, ref bytes);
        }

        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, Ordered(word));
        }

        foreach (var octet in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return crc;
    }

    /// <summary>Goes on with bytes that were read before: of a checksum's two beginnings that they stand behind, the
    /// difference alone counts.</summary>
    /// <param name="crc">What they stand behind now.</param>
    /// <param name="length">How many they are.</param>
    /// <param name="before">What they stood behind then.</param>
    /// <param name="after">What they made of it.</param>
    internal static uint AppendKnown(uint crc, int length, uint before, uint after) =>
        Behind(crc ^ before, length) ^ after;

    // What a checksum becomes behind so many zeros.
    private static uint Behind(uint crc, int length)
    {
        for (; length >= Long.Bytes; length -= Long.Bytes)
        {
            crc = Long.Behind(crc);
        }

        for (; length >= Short.Bytes; length -= Short.Bytes)
        {
            crc = Short.Behind(crc);
        }

        for (; length >= sizeof(ulong); length -= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, 0UL);
        }

        for (; length > 0; length--)
        {
            crc = BitOperations.Crc32C(crc, (byte)0);
        }

        return crc;
    }

    private static ulong Ordered(ulong word) =>
        BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);

    /// <summary>Three runs of so many bytes at a time.</summary>
    private sealed class Run
    {
        private const int Octets = sizeof(uint);
        private const int OctetValues = 256;
        // What a checksum becomes behind a run of zeros, for each of its octets: the whole is their exclusive or, since
        // a checksum is linear in what it began with.
        private readonly uint[] _behind = new uint[Octets * OctetValues];

        public Run(int bytes)
        {
            Bytes = bytes;
            for (var index = 0; index < _behind.Length; index++)
            {
                var crc = (uint)(index % OctetValues) << (8 * (index / OctetValues));
                for (var at = 0; at < bytes; at += sizeof(ulong))
                {
                    crc = BitOperations.Crc32C(crc, 0UL);
                }

                _behind[index] = crc;
            }
        }

        /// <summary>How long a run is.</summary>
        public int Bytes { get; }

        /// <summary>Shorter spans are not its.</summary>
        public int BytesMin => Runs * Bytes;

        public uint Append(uint crc, ref ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length >= BytesMin)
            {
                var first = MemoryMarshal.Cast<byte, ulong>(bytes[..Bytes]);
                var second = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(Bytes, Bytes))[..first.Length];
                var third = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(2 * Bytes, Bytes))[..first.Length];
                var (next, last) = (0u, 0u);
                for (var index = 0; index < first.Length; index++)
                {
                    crc = BitOperations.Crc32C(crc, Ordered(first[index]));
                    next = BitOperations.Crc32C(next, Ordered(second[index]));
                    last = BitOperations.Crc32C(last, Ordered(third[index]));
                }

                crc = Behind(Behind(crc) ^ next) ^ last;
                bytes = bytes[BytesMin..];
            }

            return crc;
        }

        /// <summary>What a checksum becomes behind a run of zeros.</summary>
        public uint Behind(uint crc) =>
            _behind[(byte)crc]
            ^ _behind[OctetValues + (byte)(crc >> 8)]
            ^ _behind[(2 * OctetValues) + (byte)(crc >> 16)]
            ^ _behind[(3 * OctetValues) + (byte)(crc >> 24)];
    }
}
