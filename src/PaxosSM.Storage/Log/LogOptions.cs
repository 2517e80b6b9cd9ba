namespace PaxosSM.Storage;

/// <summary>How a log lies on its disk.</summary>
public sealed record LogOptions
{
    /// <summary>The least segment size.</summary>
    public const int SegmentBytesMin = 16 * 1024;

    /// <summary>The greatest segment size.</summary>
    public const int SegmentBytesMax = 1024 * 1024 * 1024;

    /// <summary>The greatest number of spare segments.</summary>
    public const int SpareSegmentsMax = 64;

    /// <summary>A segment's size in bytes; 64 MiB by default. Those of a new log grow up to it, each twice as long as
    /// the one before at most; a block that needs more gets a segment of its own.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The first segment's size in bytes, 4 MiB by default: a new log has to wait until it is filled with
    /// zeros.</summary>
    public int FirstSegmentBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many segments that were let go are kept to be used again, so that no new ones have to be filled
    /// with zeros; 4 by default. They take room of the disk, which they give up when it is full. 0 deletes them all.
    /// </summary>
    public int SpareSegments { get; init; } = 4;

    /// <summary>No more appends are gathered into a block from this size on, in bytes; 4 MiB by default. An append is
    /// never split.</summary>
    public int BlockBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Blocks, and their second tables, start at multiples of this many bytes: 512 (the default), or 4096 so
    /// that a disk that loses 4096 bytes at a time never takes both tables.</summary>
    public int BlockAlignmentBytes { get; init; } = BlockFormat.SectorSize;

    /// <summary>How long a full disk is left alone before the next attempt; one second by default.</summary>
    public TimeSpan DiskFullRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The log's number, which its files carry; 0 takes the files' own, or a random one for a new
    /// log.</summary>
    public ulong LogId { get; init; }

    /// <summary>Whether an empty folder is damage: the log was there before (R13).</summary>
    public bool MustExist { get; init; }

    /// <summary>Throws unless the options make sense.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and the bounds.</exception>
    public void Validate()
    {
        Require(
            SegmentBytes is >= SegmentBytesMin and <= SegmentBytesMax,
            nameof(SegmentBytes),
            SegmentBytes,
            $"{SegmentBytesMin} to {SegmentBytesMax}");
        Require(SegmentBytes % 4096 == 0, nameof(SegmentBytes), SegmentBytes, "a multiple of 4096");
        Require(
            FirstSegmentBytes is >= SegmentBytesMin and <= SegmentBytesMax,
            nameof(FirstSegmentBytes),
            FirstSegmentBytes,
            $"{SegmentBytesMin} to {SegmentBytesMax}");
        Require(FirstSegmentBytes % 4096 == 0, nameof(FirstSegmentBytes), FirstSegmentBytes, "a multiple of 4096");
        Require(
            SpareSegments is >= 0 and <= SpareSegmentsMax,
            nameof(SpareSegments),
            SpareSegments,
            $"0 to {SpareSegmentsMax}");
        Require(BlockBytes is >= 4096 and <= 256 * 1024 * 1024, nameof(BlockBytes), BlockBytes, "4096 to 268435456");
        Require(BlockAlignmentBytes is 512 or 4096, nameof(BlockAlignmentBytes), BlockAlignmentBytes, "512 or 4096");
        Require(DiskFullRetry > TimeSpan.Zero, nameof(DiskFullRetry), DiskFullRetry, "more than zero");
    }

    private static void Require(bool condition, string name, object value, string bounds)
    {
        if (!condition)
        {
            throw new ArgumentException($"{name} is {value}; it must be {bounds}.", name);
        }
    }
}
