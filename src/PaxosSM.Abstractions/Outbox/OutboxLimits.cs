namespace PaxosSM;

/// <summary>How much an outbox holds. The same on every replica, always: what is refused is part of the
/// state.</summary>
public sealed record OutboxLimits
{
    /// <summary>How many effects wait at most. Default 65,536.</summary>
    public int EntriesMax { get; init; } = 1 << 16;

    /// <summary>How many bytes of payload wait at most. Default 64 MiB.</summary>
    public long BytesMax { get; init; } = 64L << 20;

    /// <summary>The largest payload, in bytes. Default 1 MiB.</summary>
    public int PayloadBytesMax { get; init; } = 1 << 20;

    /// <summary>The longest name of a destination, in bytes of UTF-8. Default 256.</summary>
    public int DestinationBytesMax { get; init; } = 256;
}
