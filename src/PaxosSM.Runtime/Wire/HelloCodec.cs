using System.Buffers.Binary;
using System.Text;

namespace PaxosSM.Runtime.Wire;

/// <summary>What is said at connect, to and from bytes. Its layout is the same in every protocol version, so that any
/// two can refuse each other.</summary>
/// <remarks>
/// Little-endian: "PXSM" (4), type (1: 1 hello, 2 refusal), oldest version (1), newest version (1), role or reason (1),
/// length of the body (2), body, CRC-32C over all before it (4). A hello's body: cluster (16), fork (8), node (2),
/// storage (16), incarnation (4), boot (8), epoch (4), and, where the fork is not the one that the cluster
/// began with, that one (8). A refusal's body: UTF-8.
/// </remarks>
public static class HelloCodec
{
    /// <summary>What stands before a body, in bytes.</summary>
    public const int HeaderSize = 10;

    /// <summary>The longest body, in bytes.</summary>
    public const int BodyBytesMax = 1024;

    private const int IdentitySize = 58;
    private const int OriginSize = 8;
    private const byte HelloType = 1;
    private const byte RefusalType = 2;

    private static ReadOnlySpan<byte> Magic => "PXSM"u8;

    /// <summary>A hello's bytes.</summary>
    public static byte[] Encode(Hello hello)
    {
        var identity = hello.Identity;
        var isForced = identity.Origin != identity.Fork;
        var size = isForced ? IdentitySize + OriginSize : IdentitySize;
        var bytes = new byte[HeaderSize + size + FrameHeader.ChecksumSize];
        WriteHeader(bytes, HelloType, hello.VersionMin, hello.VersionMax, (byte)hello.Role);
        var body = bytes.AsSpan(HeaderSize);
        if (isForced)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(body[IdentitySize..], identity.Origin.Value);
        }

        identity.Cluster.Value.TryWriteBytes(body);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], identity.Fork.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(body[24..], identity.Node.Value);
        identity.Storage.Value.TryWriteBytes(body[26..]);
        BinaryPrimitives.WriteUInt32LittleEndian(body[42..], identity.Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(body[46..], identity.Boot);
        BinaryPrimitives.WriteUInt32LittleEndian(body[54..], identity.Epoch.Number);
        return Seal(bytes);
    }

    /// <summary>A refusal's bytes; a text that is too long is cut.</summary>
    public static byte[] Encode(Refusal refusal)
    {
        var text = refusal.Text.Length <= BodyBytesMax / 3 ? refusal.Text : refusal.Text[..(BodyBytesMax / 3)];
        var bytes = new byte[HeaderSize + Encoding.UTF8.GetByteCount(text) + FrameHeader.ChecksumSize];
        WriteHeader(bytes, RefusalType, refusal.VersionMin, refusal.VersionMax, (byte)refusal.Reason);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(HeaderSize));
        return Seal(bytes);
    }

    /// <summary>How many bytes follow a header.</summary>
    /// <exception cref="WireFormatException">It is no header.</exception>
    public static int RestOf(ReadOnlySpan<byte> header)
    {
        if (!header.StartsWith(Magic))
        {
            throw new WireFormatException("the other side does not speak PaxosSM");
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        return header[4] switch
        {
            HelloType when length is IdentitySize or IdentitySize + OriginSize => length + FrameHeader.ChecksumSize,
            RefusalType when length <= BodyBytesMax => length + FrameHeader.ChecksumSize,
            _ => throw new WireFormatException($"greeting of type {header[4]} with {length} bytes"),
        };
    }

    /// <summary>Reads a hello.</summary>
    /// <param name="bytes">Header and rest.</param>
    /// <exception cref="WireFormatException">It is none.</exception>
    /// <exception cref="ConnectionRefusedException">It is a refusal.</exception>
    public static Hello Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || bytes.Length != HeaderSize + RestOf(bytes))
        {
            throw new WireFormatException($"greeting of {bytes.Length} bytes");
        }

        var body = bytes[HeaderSize..^FrameHeader.ChecksumSize];
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[^FrameHeader.ChecksumSize..])
            != FrameCodec.Checksum(bytes[..^FrameHeader.ChecksumSize]))
        {
            throw new WireFormatException("greeting with a wrong checksum");
        }

        if (bytes[4] == RefusalType)
        {
            // The text goes into logs: nothing that moves a terminal's cursor.
            var text = string.Concat(Encoding.UTF8.GetString(body).Select(c => char.IsControl(c) ? '?' : c));
            throw new ConnectionRefusedException(new((RefusalReason)bytes[7], bytes[5], bytes[6], text), byPeer: true);
        }

        var role = (ConnectionRole)bytes[7];
        if (role is not (ConnectionRole.Member or ConnectionRole.Client))
        {
            throw new WireFormatException($"greeting in role {bytes[7]}");
        }

        return new(bytes[5], bytes[6], role, ReadIdentity(body));
    }

    private static NodeIdentity ReadIdentity(ReadOnlySpan<byte> body) => new(
        new(new Guid(body[..16])),
        new(BinaryPrimitives.ReadUInt64LittleEndian(body[16..])),
        new(BinaryPrimitives.ReadUInt16LittleEndian(body[24..])),
        new(new Guid(body.Slice(26, 16))),
        BinaryPrimitives.ReadUInt32LittleEndian(body[42..]),
        BinaryPrimitives.ReadUInt64LittleEndian(body[46..]),
        new(BinaryPrimitives.ReadUInt32LittleEndian(body[54..])))
    {
        Origin = new(body.Length > IdentitySize ? BinaryPrimitives.ReadUInt64LittleEndian(body[IdentitySize..]) : 0),
    };

    private static void WriteHeader(byte[] bytes, byte type, byte versionMin, byte versionMax, byte code)
    {
        Magic.CopyTo(bytes);
        bytes[4] = type;
        bytes[5] = versionMin;
        bytes[6] = versionMax;
        bytes[7] = code;
        var body = bytes.Length - HeaderSize - FrameHeader.ChecksumSize;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)body);
    }

    private static byte[] Seal(byte[] bytes)
    {
        var end = bytes.Length - FrameHeader.ChecksumSize;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(end), FrameCodec.Checksum(bytes.AsSpan(0, end)));
        return bytes;
    }
}
