namespace PaxosSM.Runtime.Execution;

/// <summary>When a replica takes snapshots of its machine.</summary>
public sealed record SnapshotOptions
{
    /// <summary>The bytes of values applied since the last snapshot that call for the next one; a larger snapshot calls
    /// for more, its own size. Default 32 MiB.</summary>
    public long LogBytesMin { get; init; } = 32L << 20;

    /// <summary>The bytes of values that call for a snapshot however large the last one was. Default 256 MiB.</summary>
    public long LogBytesMax { get; init; } = 256L << 20;

    /// <summary>The slots applied since the last snapshot that call for the next one. Default 1,000,000.</summary>
    public long SlotsMax { get; init; } = 1_000_000;

    /// <summary>How long to wait after a snapshot could not be written; doubled each time. Default 1 s.</summary>
    public TimeSpan RetryDelayMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait at most. Default 1 minute.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not positive, or makes no sense beside another.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(LogBytesMin, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LogBytesMax, LogBytesMin);
        ArgumentOutOfRangeException.ThrowIfLessThan(SlotsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetryDelayMin, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryDelayMax, RetryDelayMin);
    }
}
