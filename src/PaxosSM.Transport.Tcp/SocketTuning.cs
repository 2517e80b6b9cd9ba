using System.Net.Sockets;

namespace PaxosSM.Transport.Tcp;

internal static class SocketTuning
{
    // Linux' TCP_USER_TIMEOUT: .NET has no name for it.
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    /// <summary>Sends at once, and finds out about a host that is gone without a word.</summary>
    public static void Apply(Socket socket, TimeSpan stallMax)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            // Keep-alive is silent while data is unacknowledged; signs of life every 100 ms would hide a dead host for
            // minutes.
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)stallMax.TotalMilliseconds));
        }
    }
}
