using System.Buffers.Binary;

namespace PaxosSM;

/// <summary>A view as the payload of the value that opens its reign.</summary>
/// <remarks>Little-endian: round (8), proposer (2), incarnation (4), start (8), owners (2), then for each: node (2),
/// incarnation (4).</remarks>
public static class ViewCodec
{
    private const int HeaderSize = 24;
    private const int OwnerSize = 6;

    /// <summary>The payload.</summary>
    public static byte[] Encode(View view)
    {
        var payload = new byte[HeaderSize + (OwnerSize * view.Owners.Count)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, view.Ballot.Round);
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(8), view.Ballot.Proposer.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(10), view.Ballot.Incarnation);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(14), view.Start.Index);
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(22), (ushort)view.Owners.Count);
        for (var index = 0; index < view.Owners.Count; index++)
        {
            var owner = payload.AsSpan(HeaderSize + (OwnerSize * index));
            BinaryPrimitives.WriteUInt16LittleEndian(owner, view.Owners[index].Node.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(owner[2..], view.Owners[index].Incarnation);
        }

        return payload;
    }

    /// <summary>The view; null when the payload is none.</summary>
    public static View? Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderSize)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadUInt16LittleEndian(payload[22..]);
        if (count == 0 || payload.Length != HeaderSize + (OwnerSize * count))
        {
            return null;
        }

        var owners = new LaneOwner[count];
        for (var index = 0; index < count; index++)
        {
            var owner = payload[(HeaderSize + (OwnerSize * index))..];
            owners[index] = new(
                new(BinaryPrimitives.ReadUInt16LittleEndian(owner)), BinaryPrimitives.ReadUInt32LittleEndian(
                    owner[2..]));
        }

        var ballot = new Ballot(
            BinaryPrimitives.ReadInt64LittleEndian(payload),
            new(BinaryPrimitives.ReadUInt16LittleEndian(payload[8..])),
            BinaryPrimitives.ReadUInt32LittleEndian(payload[10..]));
        return new(ballot, new(BinaryPrimitives.ReadInt64LittleEndian(payload[14..])), owners);
    }
}
