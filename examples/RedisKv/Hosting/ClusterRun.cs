using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using PaxosSM.Hosting;
using PaxosSM.RedisKv.CommandLine;
using PaxosSM.RedisKv.Machine;
using PaxosSM.RedisKv.Server;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>Runs replicas until Ctrl-C or SIGTERM.</summary>
internal sealed class ClusterRun : IDisposable
{
    private readonly RedisKvArguments _arguments;
    private readonly ILoggerFactory _loggers;
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;

    public ClusterRun(RedisKvArguments arguments, ILoggerFactory loggers)
    {
        _arguments = arguments;
        _loggers = loggers;
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(
            PosixSignal.SIGTERM, Stop)];
    }

    /// <summary>Runs what the arguments ask for, until the program is asked to stop.</summary>
    public Task RunAsync() => _arguments.Mode switch
    {
        RunMode.Standalone => RunStandaloneAsync(),
        RunMode.Member => RunMemberAsync(_arguments.Node!), // the parser gives it in this mode
        _ => RunEmbeddedAsync(),
    };

    private async Task RunStandaloneAsync()
    {
        var backend = new LocalBackend(TimeProvider.System);
        var options = new RespServerOptions { ConnectionsMax = _arguments.ConnectionsMax };
        var server = new RespServer(backend, options, TimeProvider.System, _loggers.CreateLogger("RedisKv"));
        await using (server.ConfigureAwait(false))
        {
            var at = server.Start(_arguments.Listen[0]);
            Console.WriteLine($"Redis clients: redis-cli -h {at.Address} -p {at.Port}");
            await _stop.Task.ConfigureAwait(false);
        }
    }

    private async Task RunEmbeddedAsync()
    {
        var data = _arguments.DataDirectory ?? Directory.CreateTempSubdirectory("rediskv-").FullName;
        Console.WriteLine($"data: {data}");
        var options = new EmbeddedOptions { Cluster = "rediskv", Data = data, LoggerFactory = _loggers };
        var cluster = await PaxosCluster.StartEmbeddedAsync(
            () => new RedisMachine(), _arguments.Listen.Count, options).ConfigureAwait(false);
        var servers = new List<ReplicaServer>();
        try
        {
            for (var index = 0; index < cluster.Nodes.Count; index++)
            {
                var node = cluster.Nodes[index]!; // nobody stops one here
                servers.Add(new(node, _arguments, _loggers));
                var at = servers[^1].Start(_arguments.Listen[index]);
                var leads = cluster.LeaderIndex == index ? ", leads" : string.Empty;
                Console.WriteLine(
                    $"replica {node.Name} ({cluster.Addresses[index]}{leads}): redis-cli -h {at.Address} -p {at.Port}");
            }

            await _stop.Task.ConfigureAwait(false);
        }
        finally
        {
            await DisposeAllAsync(servers).ConfigureAwait(false);
            await cluster.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunMemberAsync(PaxosOptions options)
    {
        var node = new PaxosNode(options, () => new RedisMachine(), new() { LoggerFactory = _loggers });
        var servers = new List<ReplicaServer>();
        try
        {
            await node.StartAsync().ConfigureAwait(false);
            var keyless = WhyKeyless(options);
            servers.Add(new(node, _arguments, _loggers, keyless));
            var at = servers[0].Start(_arguments.Listen[0]);
            Console.WriteLine($"replica {node.Name} ({node.EndPoint}): redis-cli -h {at.Address} -p {at.Port}");
            if (keyless is not null)
            {
                Console.WriteLine(keyless);
            }

            await _stop.Task.ConfigureAwait(false);
        }
        finally
        {
            await DisposeAllAsync(servers).ConfigureAwait(false);
            await node.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }
    }

    private static string? WhyKeyless(PaxosOptions options)
    {
        var roles = options.Members.First(member => member.Id == options.Self).Roles;
        var learners = from member in options.Members where member.Roles.HasFlag(MemberRoles.Learner) select member.Id;
        return roles.HasFlag(MemberRoles.Learner)
            ? null
            : $"{options.Self} ({roles.ToString().ToLowerInvariant()}) holds no keys, and answers INFO only; "
                + $"ask one of {string.Join(", ", learners)}";
    }

    private static async Task DisposeAllAsync(List<ReplicaServer> servers)
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stop.TrySetResult();
    }
}
