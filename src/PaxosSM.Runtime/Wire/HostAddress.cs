using System.Globalization;
using System.Net;

namespace PaxosSM.Runtime.Wire;

/// <summary>A host and a port: <c>host:port</c>, <c>10.0.0.1:7001</c>, <c>[::1]:7001</c>.</summary>
/// <param name="Host">A name, or an address without brackets.</param>
/// <param name="Port">The port; 0 lets the system choose, where one listens.</param>
public readonly record struct HostAddress(string Host, int Port)
{
    /// <summary>Where to connect to: a name is resolved then, and each time.</summary>
    public EndPoint EndPoint =>
        IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Host, Port);

    /// <summary>Reads an address; false when it is none.</summary>
    public static bool TryParse(string text, out HostAddress address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        var host = text[..colon];
        var bracketed = host.StartsWith('[') && host.EndsWith(']');
        host = bracketed ? host[1..^1] : host;
        var isIPv6 = host.Contains(':');
        if (bracketed != isIPv6 || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            return false;
        }

        address = new(host, port);
        return true;
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static HostAddress Parse(string text) =>
        TryParse(text, out var address)
            ? address
            : throw new FormatException($"\"{text}\" is no address like host:7001, 10.0.0.1:7001 or [::1]:7001");

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
