namespace PaxosSM.RedisKv.Resp;

/// <summary>How much a client may send before it is refused.</summary>
internal sealed record RespLimits
{
    /// <summary>The most bytes of one argument; Redis's <c>proto-max-bulk-len</c>, whose default is 512 MB.</summary>
    public int BulkBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most bytes of a command, or of all commands of a transaction.</summary>
    public int CommandBytesMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most arguments of a command.</summary>
    public int ArgumentsMax { get; init; } = 1024 * 1024;

    /// <summary>The most bytes of a command that is typed as a line.</summary>
    public int InlineBytesMax { get; init; } = 64 * 1024;
}
