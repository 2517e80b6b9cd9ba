using PaxosSM.Log;
using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>Logs that write over what is left of earlier blocks, and what they must hold.</summary>
internal static class ReusedSegments
{
    /// <summary>Writes, and lets go, until the log writes into a segment that is used again.</summary>
    /// <param name="rig">The log.</param>
    /// <param name="lengthOf">How long the value at a slot is.</param>
    /// <returns>The last slot, and where in the segment the log goes on.</returns>
    public static (long Slot, SegmentHeader Active, int End) Reach(LogRig rig, Func<long, int> lengthOf)
    {
        for (var slot = 1L; slot < 1000; slot++)
        {
            rig.Write(First, Vote(slot, lengthOf(slot)));
            if (slot % 16 == 0)
            {
                rig.Write(First, Checkpoint(slot - 1));
            }

            if (Active(rig) is { Header.LsnMin: > 0 } active)
            {
                return (slot, active.Header, active.End);
            }
        }

        throw new InvalidOperationException("No segment is used again.");
    }

    /// <summary>The segment with the last block, and where that ends.</summary>
    public static (SegmentHeader Header, int End)? Active(LogRig rig)
    {
        foreach (var header in rig.Segments().OrderByDescending(header => header.Number))
        {
            var at = BlockFormat.SegmentHeaderSize;
            var bytes = rig.Disk.ReadAll(LogRig.SegmentPath(header.Number));
            while (at < bytes.Length
                && BlockFormat.TryReadFrame(bytes.AsSpan(at), BlockFormat.HeaderMagic, header.LogId, out var block)
                && block.Lsn >= header.LsnMin)
            {
                at += block.Length;
            }

            if (at > BlockFormat.SegmentHeaderSize)
            {
                return (header, at);
            }
        }

        return null;
    }

    /// <summary>What is to come back of records written in this order.</summary>
    public static List<string> Kept(IEnumerable<DurableWrite> writes)
    {
        List<DurableWrite> kept = [];
        foreach (var write in writes)
        {
            if (write is CheckpointWrite checkpoint)
            {
                _ = kept.RemoveAll(other => other is not VoteWrite vote || vote.Last <= checkpoint.TrimmedTo);
            }

            kept.Add(write);
        }

        return [.. kept.Select(write => $"{First} {Text(write)}")];
    }
}
