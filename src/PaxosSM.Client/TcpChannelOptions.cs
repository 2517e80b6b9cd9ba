using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Client;

/// <summary>A network channel's settings.</summary>
public sealed record TcpChannelOptions
{
    /// <summary>The cluster; a node of another one refuses the connection.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>The nodes, as <see cref="HostAddress"/> has them; tried in this order, from a random one on.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>Whether to go on with another fork of the cluster than the one met first (R33): it was restored from a
    /// backup, or forced, and may not know commands that were acknowledged before. Default no: its nodes refuse this
    /// channel, and say why.</summary>
    public bool FollowsForks { get; init; }

    /// <summary>How long connecting and greeting may take. Default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause after all nodes were tried in vain; it doubles, with jitter. Default 50 ms.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause. Default 1 s.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection lives before the pauses begin anew. Default 1 s.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many bytes may wait to be sent; what goes beyond is dropped, and sent again later. Default 64 MiB.
    /// </summary>
    public int SendBytesMax { get; init; } = 64 << 20;

    /// <summary>How long a frame may be. As the nodes have it. Default 64 MiB.</summary>
    public int FrameBytesMax { get; init; } = FrameHeader.DefaultFrameBytesMax;

    /// <summary>Secures connections. Default not at all.</summary>
    public IConnectionSecurity Security { get; init; } = new PlainConnections();

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One makes no sense.</exception>
    /// <exception cref="FormatException">An endpoint is no address.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfZero(Endpoints.Count);
        foreach (var endpoint in Endpoints)
        {
            HostAddress.Parse(endpoint);
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ReconnectDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReconnectDelayMax, ReconnectDelay);
        ArgumentOutOfRangeException.ThrowIfLessThan(SendBytesMax, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(FrameBytesMax, 4096);
    }
}
