namespace PaxosSM.Storage;

/// <summary>What stands behind the last block of segments, and what of it has to go, so that nothing of a tear is ever
/// found behind a later block (R24).</summary>
/// <remarks>
/// In a segment that was filled with zeros it is whatever is not zero. One that is used again is full of older blocks,
/// which may stay: their numbers tell them. There it is every sector that begins as a frame of this life does, be the
/// frame intact or not. A frame can only be read where its first sector says so, and what is written behind the end
/// from now on brings first sectors of its own, so what is left of a tear without them never makes a frame.
/// </remarks>
internal sealed class SegmentRests
{
    private const int PieceBytes = 256 * 1024;
    private readonly Dictionary<Segment, List<Range>> _rests = [];

    /// <summary>Looks through what stands behind a segment's last block.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="at">Where its last block ends.</param>
    /// <param name="logId">The log.</param>
    /// <param name="isRead">Whether the device could read them all.</param>
    public void Note(Segment segment, ReadOnlySpan<byte> bytes, int at, ulong logId, bool isRead)
    {
        if (segment.LsnMin == 0)
        {
            var end = bytes[at..].LastIndexOfAnyExcept((byte)0) + 1;
            if (end > 0)
            {
                Add(segment, at..(at + end));
            }

            return;
        }

        for (; at < bytes.Length; at += BlockFormat.SectorSize)
        {
            var sector = bytes.Slice(at, Math.Min(BlockFormat.SectorSize, bytes.Length - at));
            var isOfThisLife = BlockFormat.BeginsFrame(sector, logId, out var lsn) && lsn >= segment.LsnMin;
            if (isOfThisLife || (!isRead && SegmentReader.IsLost(sector)))
            {
                Add(segment, at..(at + sector.Length));
            }
        }
    }

    /// <summary>Counts a torn block to what has to go.</summary>
    public void Cut(FoundBlock block) =>
        Add(block.Segment, block.Offset..(block.Offset + block.Header.Length));

    /// <summary>Fills it with zeros, durably.</summary>
    /// <returns>How many bytes it was.</returns>
    public long Clear(Segment segment)
    {
        if (!_rests.TryGetValue(segment, out var ranges))
        {
            return 0;
        }

        var bytes = 0L;
        var zeros = new byte[Math.Min(PieceBytes, ranges.Max(Length))];
        foreach (var range in ranges)
        {
            for (var at = range.Start.Value; at < range.End.Value; at += zeros.Length)
            {
                segment.File.Write(at, zeros.AsSpan(0, Math.Min(zeros.Length, range.End.Value - at)));
            }

            bytes += Length(range);
        }

        segment.File.Flush();
        return bytes;
    }

    private static int Length(Range range) => range.End.Value - range.Start.Value;

    private void Add(Segment segment, Range range)
    {
        if (!_rests.TryGetValue(segment, out var ranges))
        {
            _rests[segment] = ranges = [];
        }

        ranges.Add(range);
    }
}
