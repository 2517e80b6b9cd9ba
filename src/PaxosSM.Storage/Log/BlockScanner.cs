namespace PaxosSM.Storage;

/// <summary>A block found in a segment.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Offset">Where it starts there.</param>
/// <param name="Header">What it says of itself, by whichever table is intact.</param>
/// <param name="HeaderIsIntact">Whether the first table is.</param>
/// <param name="TrailerIsIntact">Whether the second table is.</param>
/// <param name="Bytes">The block.</param>
internal sealed record FoundBlock(
    Segment Segment,
    int Offset,
    BlockHeader Header,
    bool HeaderIsIntact,
    bool TrailerIsIntact,
    ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The table, from the intact copy.</summary>
    public ReadOnlySpan<byte> Frame => HeaderIsIntact ? Bytes.Span : Bytes.Span[Header.TrailerOffset..];
}

/// <summary>Finds a segment's blocks, past damage too, and never takes damage for the end (R24).</summary>
internal static class BlockScanner
{
    /// <summary>Finds the block that starts at <paramref name="at"/>. What is left over from an earlier life of the
    /// segment is only bytes.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="at">Where the block before it ended.</param>
    /// <param name="logId">The log.</param>
    /// <param name="expected">The block's number; 0 when any will do: what came before was trimmed.</param>
    /// <returns>Null when neither it nor any later block is in the rest of the segment.</returns>
    /// <exception cref="LogDamagedException">A later block is, but not this one.</exception>
    public static FoundBlock? Find(Segment segment, ReadOnlyMemory<byte> bytes, int at, ulong logId, long expected)
    {
        var span = bytes.Span;
        if (BlockFormat.TryReadFrame(span[at..], BlockFormat.HeaderMagic, logId, out var header)
            && header.Lsn >= segment.LsnMin
            && header.Length <= span.Length - at)
        {
            if (expected != 0 && header.Lsn != expected)
            {
                throw new LogDamagedException(
                    segment.Path, at, $"block {header.Lsn} stands where block {expected} should");
            }

            var tail = span.Slice(at + header.TrailerOffset, header.Length - header.TrailerOffset);
            var isWhole = BlockFormat.TryReadFrame(tail, BlockFormat.TrailerMagic, logId, out var trailer)
                && trailer == header;
            return new(segment, at, header, HeaderIsIntact: true, isWhole, bytes.Slice(at, header.Length));
        }

        return FindByTrailer(segment, bytes, at, logId, expected);
    }

    private static FoundBlock? FindByTrailer(
        Segment segment, ReadOnlyMemory<byte> bytes, int at, ulong logId, long expected)
    {
        var span = bytes.Span;
        var last = span.Length - BlockFormat.SectorSize;
        for (var place = at + BlockFormat.SectorSize; place <= last; place += BlockFormat.SectorSize)
        {
            place = SkipZeros(span, place);
            var isTrailer = BlockFormat.TryReadFrame(span[place..], BlockFormat.TrailerMagic, logId, out var header);
            if (!isTrailer && !BlockFormat.TryReadFrame(span[place..], BlockFormat.HeaderMagic, logId, out header))
            {
                continue;
            }

            if (header.Lsn < segment.LsnMin)
            {
                continue;
            }

            if (isTrailer && place - header.TrailerOffset == at && (expected == 0 || header.Lsn == expected)
                && header.Length <= span.Length - at)
            {
                var block = bytes.Slice(at, header.Length);
                return new(segment, at, header, HeaderIsIntact: false, TrailerIsIntact: true, block);
            }

            // Someone's backup of this very log may travel through it: blocks from before this one are only bytes.
            if (header.Lsn >= expected)
            {
                var lost = expected == 0 ? "the first block" : $"block {expected}";
                throw new LogDamagedException(
                    segment.Path, at, $"{lost} is lost, both its tables; block {header.Lsn} follows at {place}");
            }
        }

        return null;
    }

    /// <summary>The first sector from <paramref name="place"/> on that is not all zeros, or the last sector.</summary>
    private static int SkipZeros(ReadOnlySpan<byte> span, int place)
    {
        var ahead = span[place..].IndexOfAnyExcept((byte)0);
        var last = (span.Length - BlockFormat.SectorSize) & -BlockFormat.SectorSize;
        return ahead < 0 ? last : Math.Min(last, (place + ahead) & -BlockFormat.SectorSize);
    }
}
