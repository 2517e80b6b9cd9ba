using System.Net.Sockets;
using Microsoft.Extensions.Options;
using PaxosSM.RedisKv.CommandLine;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>How the program ends when it can't go on.</summary>
internal static class Failures
{
    /// <summary>2 for what the user gave it, 1 for what the machine did; null for a bug, with its stack.</summary>
    public static int? ExitCodeOf(Exception exception) => exception switch
    {
        CommandLineException or OptionsValidationException => 2,
        IOException or PaxosException or InvalidDataException or SocketException => 1,
        _ => null,
    };
}
