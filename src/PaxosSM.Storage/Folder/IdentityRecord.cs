using System.Buffers.Binary;
using System.Text;
using PaxosSM.Runtime;

namespace PaxosSM.Storage;

/// <summary>Whose folder it is.</summary>
internal sealed record IdentityRecord(
    ClusterId Cluster,
    string ClusterName,
    ForkId Fork,
    NodeId Node,
    string NodeName,
    StorageId Storage,
    uint Incarnation,
    Epoch Epoch,
    ulong LogId,
    bool HasLog)
{
    private const int FixedSize = 16 + 8 + 2 + 16 + 4 + 4 + 8 + 1;
    private const int OriginSize = 8;

    /// <summary>The fork that the cluster began with; none where that is <see cref="Fork"/>.</summary>
    public ForkId Origin { get; init; }

    public byte[] Encode()
    {
        var cluster = Encoding.UTF8.GetBytes(ClusterName);
        var node = Encoding.UTF8.GetBytes(NodeName);
        var hasOrigin = Origin != ForkId.None && Origin != Fork;
        var bytes = new byte[FixedSize + 2 + cluster.Length + 2 + node.Length + (hasOrigin ? OriginSize : 0)];
        var rest = bytes.AsSpan();
        _ = Cluster.Value.TryWriteBytes(rest);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[16..], Fork.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[24..], Node.Value);
        _ = Storage.Value.TryWriteBytes(rest[26..]);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[42..], Incarnation);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[46..], Epoch.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[50..], LogId);
        rest[58] = HasLog ? (byte)1 : (byte)0;
        rest = rest[FixedSize..];
        foreach (var text in (byte[][])[cluster, node])
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)text.Length));
            text.CopyTo(rest[2..]);
            rest = rest[(2 + text.Length)..];
        }

        if (hasOrigin)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, Origin.Value);
        }

        return bytes;
    }

    /// <summary>Reads a record whose checksum was right.</summary>
    public static IdentityRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var texts = bytes[FixedSize..];
        var cluster = TakeText(ref texts);
        var node = TakeText(ref texts);
        return new(
            new(new(bytes[..16])),
            cluster,
            new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..])),
            new(BinaryPrimitives.ReadUInt16LittleEndian(bytes[24..])),
            node,
            new(new(bytes.Slice(26, 16))),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[42..]),
            new(BinaryPrimitives.ReadUInt32LittleEndian(bytes[46..])),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[50..]),
            bytes[58] != 0)
        {
            Origin = new(texts.Length >= OriginSize ? BinaryPrimitives.ReadUInt64LittleEndian(texts) : 0),
        };
    }

    private static string TakeText(ref ReadOnlySpan<byte> source)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(source);
        var text = Encoding.UTF8.GetString(source.Slice(2, length));
        source = source[(2 + length)..];
        return text;
    }
}
