using PaxosSM.Quorums;

namespace PaxosSM.Runtime.Wire;

/// <summary>The parts of messages that hold more than one of something: a count, then each.</summary>
internal static class ListCodec
{
    private const int OwnerSize = 6;
    private const int RangeSize = 16;
    private const int ValueSizeMin = 17;
    private const int VoteSizeMin = 22 + ValueSizeMin;

    public static void Write(WireWriter writer, View view)
    {
        // LaneOf divides by the number of owners.
        Invariant.Holds(view.Owners.Count > 0);
        writer.WriteBallot(view.Ballot);
        writer.WriteSlot(view.Start);
        writer.WriteCount(view.Owners.Count);
        for (var i = 0; i < view.Owners.Count; i++)
        {
            writer.WriteNodeId(view.Owners[i].Node);
            writer.WriteUInt32(view.Owners[i].Incarnation);
        }
    }

    public static View View(ref WireReader reader)
    {
        var ballot = reader.ReadBallot();
        var start = reader.ReadSlot();
        var owners = new LaneOwner[reader.ReadCount(OwnerSize)];
        if (owners.Length is 0 or > NodeSet.MembersMax)
        {
            throw new WireFormatException($"view of {owners.Length} lanes");
        }

        for (var i = 0; i < owners.Length; i++)
        {
            owners[i] = new(reader.ReadNodeId(), reader.ReadUInt32());
        }

        return new(ballot, start, owners);
    }

    public static void Write(WireWriter writer, IReadOnlyList<Vote> votes)
    {
        writer.WriteCount(votes.Count);
        for (var i = 0; i < votes.Count; i++)
        {
            writer.WriteSlot(votes[i].Slot);
            writer.WriteBallot(votes[i].Ballot);
            writer.WriteValue(votes[i].Value);
        }
    }

    public static Vote[] Votes(ref WireReader reader)
    {
        var votes = new Vote[reader.ReadCount(VoteSizeMin)];
        for (var i = 0; i < votes.Length; i++)
        {
            votes[i] = new(reader.ReadSlot(), reader.ReadBallot(), reader.ReadValue());
        }

        return votes;
    }

    public static void Write(WireWriter writer, IReadOnlyList<Value> values)
    {
        writer.WriteCount(values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            writer.WriteValue(values[i]);
        }
    }

    public static Value[] Values(ref WireReader reader)
    {
        var values = new Value[reader.ReadCount(ValueSizeMin)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadValue();
        }

        return values;
    }

    public static void Write(WireWriter writer, IReadOnlyList<SlotRange> ranges)
    {
        writer.WriteCount(ranges.Count);
        for (var i = 0; i < ranges.Count; i++)
        {
            writer.WriteSlotRange(ranges[i]);
        }
    }

    public static SlotRange[] Ranges(ref WireReader reader)
    {
        var ranges = new SlotRange[reader.ReadCount(RangeSize)];
        for (var i = 0; i < ranges.Length; i++)
        {
            ranges[i] = reader.ReadSlotRange();
        }

        return ranges;
    }
}
