using System.Net;
using System.Net.Sockets;

namespace PaxosSM.Benchmarks;

/// <summary>Ports for processes that are about to start.</summary>
internal static class LoopbackPorts
{
    /// <summary>The first of so many ports that follow each other and were free just now, as were the second ones of so
    /// many nodes: no promise, but a good guess.</summary>
    public static int Free(int count)
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 31_000);
            var ports = Enumerable.Range(port, count);
            if (ports.Concat(ports.Select(first => first + PeerOptions.SecondPort)).All(IsFree))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
