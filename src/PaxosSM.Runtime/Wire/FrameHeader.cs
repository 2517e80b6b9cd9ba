using System.Buffers.Binary;

namespace PaxosSM.Runtime.Wire;

/// <summary>What stands before a frame's payload.</summary>
/// <remarks>Little-endian: length (4), version (1), kind (1), flags (2), group (8), epoch (4). A CRC-32C (4) follows
/// the payload.</remarks>
/// <param name="Length">The whole frame's length, header and checksum included.</param>
/// <param name="Version">The protocol version that both sides agreed on at connect.</param>
/// <param name="Kind">What the payload is.</param>
/// <param name="Flags">None is defined: zero.</param>
/// <param name="Group">The group.</param>
/// <param name="Epoch">The epoch of the group that the sender spoke in; zero in a client's frame.</param>
public readonly record struct FrameHeader(
    int Length, byte Version, FrameKind Kind, ushort Flags, GroupId Group, Epoch Epoch)
{
    /// <summary>The header's size, in bytes.</summary>
    public const int Size = 20;

    /// <summary>The checksum's size, in bytes.</summary>
    public const int ChecksumSize = 4;

    /// <summary>What a frame costs beside its payload, in bytes.</summary>
    public const int Overhead = Size + ChecksumSize;

    /// <summary>The oldest protocol version spoken here.</summary>
    public const byte VersionMin = 4;

    /// <summary>The newest protocol version spoken here.</summary>
    public const byte VersionMax = 4;

    /// <summary>Where a bound is not configured: 64 MiB.</summary>
    public const int DefaultFrameBytesMax = 64 << 20;

    internal void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, Length);
        destination[4] = Version;
        destination[5] = (byte)Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Group.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], Epoch.Number);
    }

    internal static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt32LittleEndian(source),
        source[4],
        (FrameKind)source[5],
        BinaryPrimitives.ReadUInt16LittleEndian(source[6..]),
        new(BinaryPrimitives.ReadUInt64LittleEndian(source[8..])),
        new(BinaryPrimitives.ReadUInt32LittleEndian(source[16..])));
}
