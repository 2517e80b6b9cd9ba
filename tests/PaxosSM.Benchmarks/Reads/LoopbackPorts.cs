using System.Net;
using System.Net.Sockets;

namespace PaxosSM.Benchmarks;

/// <summary>Ports for processes that are about to start.</summary>
internal static class LoopbackPorts
{
    /// <summary>The first of so many ports that follow each other and were free just now: no promise, but a good
    /// guess.</summary>
    public static int Free(int count)
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 31_000);
            if (Enumerable.Range(port, count).All(IsFree))
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
