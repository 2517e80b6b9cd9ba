namespace PaxosSM.Client;

/// <summary>A client's settings.</summary>
public sealed record PaxosClientOptions
{
    /// <summary>The group. Default <see cref="GroupId.Default"/>.</summary>
    public GroupId Group { get; init; } = GroupId.Default;

    /// <summary>How long a call waits at most; a cancellation token can only end it earlier. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long nothing is heard before what is unanswered is sent again. Default 500 ms.</summary>
    public TimeSpan ResendInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a node may be of no use before another one is tried. Default 2 s.</summary>
    public TimeSpan MoveOnAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long, by the log's time, a session outlives its last sign of life. Default 60 s.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How many commands of <see cref="IPaxosClient.ExecuteAsync(ReadOnlyMemory{byte}, CancellationToken)"/> may be
    /// unanswered; one more is told Busy. Default 8,192.
    /// </summary>
    public int WindowMax { get; init; } = 8192;

    /// <summary>How many commands of one stream may be unanswered; one more is told Busy. Default 1,024.</summary>
    public int StreamWindowMax { get; init; } = 1024;

    /// <summary>How many queries may be unanswered; one more is told Busy. Default 8,192.</summary>
    public int QueriesMax { get; init; } = 8192;

    /// <summary>The largest command or query, in bytes; not larger than what the nodes take. Default 1 MiB.</summary>
    public int CommandBytesMax { get; init; } = 1 << 20;

    /// <summary>How many bytes of commands leave together: few enough that one part is laid out, sent and flushed while
    /// the next one is. Default 640 KiB.</summary>
    public int SubmitBytesMax { get; init; } = 640 << 10;

    /// <summary>How often deadlines and resends are looked at. Default 10 ms.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where work runs: the thread pool, except in a simulation.</summary>
    internal ClientScheduling Scheduling { get; init; } = ClientScheduling.Pool;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One makes no sense.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ResendInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MoveOnAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(SessionTimeout, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StreamWindowMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueriesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CommandBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SubmitBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TickInterval, TimeSpan.Zero);
    }
}
