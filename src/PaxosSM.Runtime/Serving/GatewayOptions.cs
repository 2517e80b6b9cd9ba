namespace PaxosSM.Runtime.Serving;

/// <summary>The bounds of a node's gateway.</summary>
public sealed record GatewayOptions
{
    /// <summary>The largest submission of a client, in bytes. Default 4 MiB.</summary>
    public int SubmitBytesMax { get; init; } = 4 << 20;

    /// <summary>The largest command or query, in bytes. Default 1 MiB.</summary>
    public int CommandBytesMax { get; init; } = 1 << 20;

    /// <summary>How many sessions one connection may use. Default 65,536.</summary>
    public int SessionsPerConnectionMax { get; init; } = 1 << 16;

    /// <summary>
    /// How many results are gathered for one connection before they leave, in bytes. Default 256 KiB.
    /// </summary>
    public int ResultBytesMax { get; init; } = 256 << 10;

    /// <summary>The largest result of a command, or answer to a query, that is sent, in bytes; of a larger one the
    /// client is told <see cref="PaxosError.ResultTooLarge"/>. Default 8 MiB.</summary>
    public int AnswerBytesMax { get; init; } = 8 << 20;

    /// <summary>How many queries may be under way. Default 16,384.</summary>
    public int QueriesMax { get; init; } = 1 << 14;

    /// <summary>How long a query may take at most, whatever its client asks for. Default 60 s.</summary>
    public TimeSpan QueryTimeoutMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a read round may go unanswered before another begins. Default 300 ms.</summary>
    public TimeSpan ReadRoundTimeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long after a refused read round the next one begins. Default 20 ms.</summary>
    public TimeSpan ReadRetryInterval { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// What an acknowledgement of this group is worth (R26). Default <see cref="Durability.Synced"/>.
    /// </summary>
    public Durability Durability { get; init; } = Durability.Synced;
}
