namespace PaxosSM.Client;

/// <summary>How a node delivers outboxes (R27).</summary>
public sealed record OutboxOptions
{
    /// <summary>How many destinations of a group are served side by side; more take turns, each of one read or of
    /// <see cref="AcknowledgeInterval"/>. Default 64.</summary>
    public int DestinationsMax { get; init; } = 64;

    /// <summary>How many entries of a destination are read, and delivered before the log is told, at most. Default
    /// 256.</summary>
    public int ReadEntriesMax { get; init; } = 256;

    /// <summary>How many bytes of payload are read at once. Default 1 MiB.</summary>
    public int ReadBytesMax { get; init; } = 1 << 20;

    /// <summary>How long one try to deliver may take. Default 30 s.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after the first failed try; each one after it is about twice as long. Default
    /// 100 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between tries. Default 30 s.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often one entry is tried before its destination is left alone, here, until somebody resumes it or
    /// another node leads; 0: for ever. Default 20, which takes more than five minutes.</summary>
    public int AttemptsMax { get; init; } = 20;

    /// <summary>How long what was confirmed may wait before the log is told. Default 1 s.</summary>
    public TimeSpan AcknowledgeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often an outbox is looked at, at most, while commands are applied. Default 10 ms.</summary>
    public TimeSpan WakeInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long nothing happens before the deliverer's client is closed. Default 5 s.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One makes no sense.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(DestinationsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReadEntriesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReadBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(DeliveryTimeout, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryDelayMax, RetryDelay);
        ArgumentOutOfRangeException.ThrowIfNegative(AttemptsMax);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AcknowledgeInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(WakeInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleAfter, TimeSpan.Zero);
    }
}
