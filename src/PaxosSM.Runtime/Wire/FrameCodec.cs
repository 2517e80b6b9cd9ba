using System.Buffers.Binary;
using PaxosSM.Messages;

namespace PaxosSM.Runtime.Wire;

/// <summary>Whole frames, to and from bytes. Knows no socket.</summary>
public static class FrameCodec
{
    /// <summary>Puts a message's frame at the end of <paramref name="buffer"/>.</summary>
    /// <returns>False when it does not fit; the buffer is then as it was.</returns>
    public static bool TryWrite(FrameBuffer buffer, GroupId group, Epoch epoch, Message message)
    {
        var start = buffer.BeginFrame();
        buffer.TryReserve(FrameHeader.Size, out _);
        var kind = MessageCodec.Write(new(buffer), message);
        return Seal(buffer, start, kind, group, epoch);
    }

    /// <summary>Puts a client's frame, or one to a client, at the end of <paramref name="buffer"/>.</summary>
    /// <returns>False when it does not fit; the buffer is then as it was.</returns>
    public static bool TryWrite(FrameBuffer buffer, ClientFrame frame)
    {
        var start = buffer.BeginFrame();
        buffer.TryReserve(FrameHeader.Size, out _);
        var kind = ClientFrameCodec.Write(new(buffer), frame, out var group);
        return Seal(buffer, start, kind, group, default);
    }

    /// <summary>Finds the first frame in <paramref name="source"/>.</summary>
    /// <param name="source">What was received.</param>
    /// <param name="frameBytesMax">How long a frame may be.</param>
    /// <param name="header">The frame's header. Its payload is the <c>Length - Overhead</c> bytes behind the
    /// header.</param>
    /// <returns>False when more bytes are needed: nothing wrong was seen yet.</returns>
    /// <exception cref="WireFormatException">The bytes are no frame; told as early as they show it.</exception>
    public static bool TryRead(ReadOnlySpan<byte> source, int frameBytesMax, out FrameHeader header)
    {
        header = default;
        if (source.Length < sizeof(uint))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(source);
        if (length < FrameHeader.Overhead || length > (uint)frameBytesMax)
        {
            throw new WireFormatException(
                $"frame of {length} bytes, where {FrameHeader.Overhead} to {frameBytesMax} are allowed");
        }

        if (source.Length < FrameHeader.Size)
        {
            return false;
        }

        header = FrameHeader.Read(source);
        if (header.Version is < FrameHeader.VersionMin or > FrameHeader.VersionMax)
        {
            throw new WireFormatException(
                $"frame of version {header.Version}, "
                + $"where {FrameHeader.VersionMin} to {FrameHeader.VersionMax} are spoken");
        }

        if (header.Flags != 0)
        {
            throw new WireFormatException($"frame with flags {header.Flags:x4}, where none is defined");
        }

        if (source.Length < header.Length)
        {
            return false;
        }

        var end = header.Length - FrameHeader.ChecksumSize;
        return BinaryPrimitives.ReadUInt32LittleEndian(source[end..]) == Checksum(source[..end])
            ? true
            : throw new WireFormatException($"frame of kind {(byte)header.Kind:x2} with a wrong checksum");
    }

    /// <summary>CRC-32C.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes) => Crc32C.Of(bytes);

    private static bool Seal(FrameBuffer buffer, int start, FrameKind kind, GroupId group, Epoch epoch)
    {
        if (!buffer.TryReserve(FrameHeader.ChecksumSize, out _))
        {
            buffer.Truncate(start);
            return false;
        }

        var frame = buffer.From(start);
        FrameHeader header = new(frame.Length, FrameHeader.VersionMax, kind, 0, group, epoch);
        header.Write(frame);
        var end = frame.Length - FrameHeader.ChecksumSize;
        BinaryPrimitives.WriteUInt32LittleEndian(frame[end..], buffer.TakeChecksum(start, start + end));
        return true;
    }
}
