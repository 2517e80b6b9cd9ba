namespace PaxosSM.Runtime.Execution;

/// <summary>How snapshots travel between nodes.</summary>
public sealed record SnapshotTransferOptions
{
    /// <summary>How long a piece is, in bytes. Default 1 MiB.</summary>
    public int PieceBytesMax { get; init; } = 1 << 20;

    /// <summary>How many pieces are asked for, or wait to be written, at a time. Default 4.</summary>
    public int PiecesInFlightMax { get; init; } = 4;

    /// <summary>How long a piece is waited for before it is asked for again. Default 1 s.</summary>
    public TimeSpan ResendInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a piece is asked for before the fetch is given up. Default 10.</summary>
    public int AttemptsMax { get; init; } = 10;

    /// <summary>How many requests of others wait to be served; more are dropped, and will be sent again. Default
    /// 32.</summary>
    public int RequestsMax { get; init; } = 32;

    /// <summary>How long a snapshot is kept from deletion after another node last asked for a piece of it. Default 15
    /// s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PieceBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PiecesInFlightMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ResendInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(AttemptsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LeaseDuration, TimeSpan.Zero);
    }
}
