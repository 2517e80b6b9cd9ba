using PaxosSM.RedisKv.Resp;

namespace PaxosSM.RedisKv.Server;

/// <summary>Bounds of the server; with them a connection's memory is bounded whatever its client does.</summary>
internal sealed record RespServerOptions
{
    /// <summary>What a client may send.</summary>
    public RespLimits Limits { get; init; } = new();

    /// <summary>The most connections; the next one is told so and closed.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>The most commands that arrived together and are sent on as one; 1 sends each alone.</summary>
    public int BatchCommandsMax { get; init; } = 128;

    /// <summary>A batch of so many bytes is sent on.</summary>
    public int BatchBytesMax { get; init; } = 64 * 1024;

    /// <summary>The most batches of a connection that are in flight.</summary>
    public int InFlightBatchesMax { get; init; } = 64;

    /// <summary>No new batch of a connection is sent while so many bytes are in flight.</summary>
    public int InFlightBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Adds a section to INFO, in its form (<c># Name</c>, then lines <c>name:value</c>, each ending in CR
    /// LF).</summary>
    public Func<string>? DescribeBackend { get; init; }
}
