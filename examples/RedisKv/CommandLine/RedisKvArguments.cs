using System.Net;
using Microsoft.Extensions.Logging;
using PaxosSM.Hosting;

namespace PaxosSM.RedisKv.CommandLine;

/// <summary>The command line, understood.</summary>
internal sealed record RedisKvArguments
{
    /// <summary>What the program is to be.</summary>
    public RunMode Mode { get; init; }

    /// <summary>Where Redis clients connect: three for <see cref="RunMode.Embedded"/>, else one. Port 0 is any free
    /// one.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [];

    /// <summary>The folder for data; null is a fresh temporary one.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The node, as the configuration file describes it; not null for <see cref="RunMode.Member"/>.</summary>
    public PaxosOptions? Node { get; init; }

    /// <summary>The least severe messages that are logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>What commands that only read promise; each client sees its own writes all the same.</summary>
    public ReadConsistency Reads { get; init; }

    /// <summary>The most Redis clients of each listener.</summary>
    public int ConnectionsMax { get; init; } = 10_000;
}
