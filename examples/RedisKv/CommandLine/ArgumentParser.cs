using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using PaxosSM.Hosting;

namespace PaxosSM.RedisKv.CommandLine;

/// <summary>Understands the command line.</summary>
internal static class ArgumentParser
{
    private const int PortDefault = 7379;
    private const int EmbeddedReplicas = 3;

    /// <summary>Reads the arguments, and the configuration file that they name.</summary>
    /// <exception cref="CommandLineException">They are not understood.</exception>
    public static RedisKvArguments Parse(IReadOnlyList<string> arguments)
    {
        var given = new GivenOptions(arguments);
        if (given.Has("--help"))
        {
            return new() { Mode = RunMode.Help };
        }

        var common = new RedisKvArguments
        {
            DataDirectory = given.One("--data"),
            LogLevel = ParseLevel(given.One("--log")),
            ConnectionsMax = ParseConnections(given.One("--max-connections")),
            Reads = ParseReads(given.One("--reads")),
        };
        if (given.Has("--standalone"))
        {
            given.Forbid("--standalone", "--config", "--self", "--data", "--restore", "--reads");
            return common with { Mode = RunMode.Standalone, Listen = [OneEndPoint(given)] };
        }

        return given.One("--config") is { } path ? ParseMember(common, given, path) : ParseEmbedded(common, given);
    }

    private static RedisKvArguments ParseMember(RedisKvArguments common, GivenOptions given, string path)
    {
        var self = given.One("--self") ?? throw new CommandLineException(
            "--config needs --self ID, this replica's id in the file");
        if (common.DataDirectory is null)
        {
            throw new CommandLineException(
                "--config needs --data DIR: a replica that forgets its votes must not vote again");
        }

        var node = Load(path);
        node.Self = self;
        node.Data = common.DataDirectory;
        node.Restore = given.One("--restore") ?? node.Restore;
        if (node.Members.All(member => member.Id != self))
        {
            throw new CommandLineException(
                $"--self {self}: the file has only {string.Join(", ", node.Members.Select(known => known.Id))}");
        }

        return common with { Mode = RunMode.Member, Node = node, Listen = [OneEndPoint(given)] };
    }

    /// <summary>Reads a cluster's file.</summary>
    /// <exception cref="CommandLineException">It can't be read, or says something unknown.</exception>
    public static PaxosOptions Load(string path)
    {
        try
        {
            PaxosOptions options = new();
            ClusterFile.Load(path, options);
            return options;
        }
        catch (PaxosConfigurationException exception)
        {
            throw new CommandLineException(exception.Message, exception);
        }
    }

    private static RedisKvArguments ParseEmbedded(RedisKvArguments common, GivenOptions given)
    {
        if (given.One("--self") is not null)
        {
            throw new CommandLineException("--self needs --config FILE");
        }

        if (given.One("--restore") is not null)
        {
            throw new CommandLineException("--restore needs --config FILE");
        }

        var listen = given.All("--listen").Select(ParseEndPoint).ToList();
        if (listen.Count is not (0 or 1 or EmbeddedReplicas))
        {
            throw new CommandLineException(
                $"without --config, --listen stands once (the first port) or {EmbeddedReplicas} times");
        }

        if (listen.Count < EmbeddedReplicas)
        {
            var first = listen.FirstOrDefault(new IPEndPoint(IPAddress.Loopback, PortDefault));
            if (first.Port > IPEndPoint.MaxPort - EmbeddedReplicas)
            {
                throw new CommandLineException(
                    $"--listen {first}: the {EmbeddedReplicas - 1} ports after it are needed too");
            }

            listen = [.. Enumerable.Range(0, EmbeddedReplicas).Select(index => NextPort(first, index))];
        }

        return common with { Mode = RunMode.Embedded, Listen = listen };
    }

    private static IPEndPoint NextPort(IPEndPoint first, int index) =>
        new(first.Address, first.Port == 0 ? 0 : first.Port + index);

    private static IPEndPoint OneEndPoint(GivenOptions given) =>
        given.One("--listen") is { } text ? ParseEndPoint(text) : new(IPAddress.Loopback, PortDefault);

    private static IPEndPoint ParseEndPoint(string text)
    {
        var spelled = text.Replace("localhost:", "127.0.0.1:", StringComparison.OrdinalIgnoreCase);
        var hasPort = spelled.LastIndexOf(':') > spelled.LastIndexOf(']')
            && spelled.Contains(':', StringComparison.Ordinal);
        return hasPort && IPEndPoint.TryParse(spelled, out var endPoint)
            ? endPoint
            : throw new CommandLineException($"--listen {text}: must be ADDRESS:PORT, such as 127.0.0.1:7379");
    }

    private static LogLevel ParseLevel(string? text)
    {
        if (text is null)
        {
            return LogLevel.Information;
        }

        return Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level)
            && !char.IsAsciiDigit(text[0])
            ? level
            : throw new CommandLineException(
                $"--log {text}: must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
    }

    private static ReadConsistency ParseReads(string? text) => text switch
    {
        null or "linearizable" => ReadConsistency.Linearizable,
        "lease" => ReadConsistency.Lease,
        "local" => ReadConsistency.Local,
        _ => throw new CommandLineException($"--reads {text}: must be linearizable, lease or local"),
    };

    private static int ParseConnections(string? text)
    {
        if (text is null)
        {
            return new RedisKvArguments().ConnectionsMax;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new CommandLineException($"--max-connections {text}: must be a number from 1");
    }
}
