using System.Collections.Concurrent;

namespace PaxosSM.RedisKv.Server;

/// <summary>What all connections of a server share.</summary>
internal sealed class ServerState(RespServerOptions options, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _lastId;

    /// <summary>The server's options.</summary>
    public RespServerOptions Options { get; } = options;

    /// <summary>The clients by number.</summary>
    public ConcurrentDictionary<long, ClientSession> Clients { get; } = new();

    /// <summary>How long the server has run.</summary>
    public TimeSpan Uptime => time.GetElapsedTime(_started);

    /// <summary>The port that clients connect to.</summary>
    public int Port { get; set; }

    /// <summary>A number for a new client.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);
}
