using System.Net.Sockets;
using System.Security.Authentication;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Client;

/// <summary>Makes connections to nodes: socket, security, greeting.</summary>
internal sealed class TcpConnector
{
    private readonly TcpChannelOptions _options;
    private volatile Hello _hello;

    public TcpConnector(TcpChannelOptions options)
    {
        _options = options;
        var nobody = new NodeIdentity(
            options.Cluster, ForkId.None, NodeId.None, default, 0, (ulong)Random.Shared.NextInt64(), default);
        _hello = Hello.From(nobody, ConnectionRole.Client);
    }

    /// <summary>What the network, or the other side, can cause; all else is a bug.</summary>
    public static bool IsOfTheWire(Exception exception) => exception
        is IOException or SocketException or ObjectDisposedException or OperationCanceledException
        or WireFormatException or ConnectionRefusedException or AuthenticationException;

    /// <summary>Connects; the stream owns the socket.</summary>
    public async Task<Stream> ConnectAsync(string endpoint, CancellationToken cancellationToken)
    {
        var address = HostAddress.Parse(endpoint);
        using CancellationTokenSource timeout = new(_options.ConnectTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.EndPoint, either.Token).ConfigureAwait(false);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            var plain = new NetworkStream(socket, ownsSocket: true);
            var stream = await _options.Security.SecureOutboundAsync(
                plain, address.Host, either.Token).ConfigureAwait(false);
            var remote = await Handshake.DialAsync(stream, _hello, either.Token).ConfigureAwait(false);
            Meet(remote.Identity.Fork);
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // R33: what was acknowledged in one fork means nothing in another.
    private void Meet(ForkId fork)
    {
        var hello = _hello;
        if (!_options.FollowsForks && hello.Identity.Fork == ForkId.None)
        {
            _hello = hello with { Identity = hello.Identity with { Fork = fork } };
        }
    }
}
