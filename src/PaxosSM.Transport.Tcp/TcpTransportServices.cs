using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tcp;

/// <summary>What a transport takes from its host; each has a default.</summary>
public sealed record TcpTransportServices
{
    /// <summary>Where to log. Default nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How connections are secured. Default not at all.</summary>
    public IConnectionSecurity Security { get; init; } = new PlainConnections();

    /// <summary>The meter that the transport's figures hang on; null makes one of the name "PaxosSM".</summary>
    public Meter? Meter { get; init; }
}
