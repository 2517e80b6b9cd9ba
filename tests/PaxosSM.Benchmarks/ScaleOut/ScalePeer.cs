using System.CommandLine;
using System.Globalization;
using PaxosSM.Client;
using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>The processes of the scale-out curves. The first three vote, and the first one leads.</summary>
internal static class ScalePeer
{
    /// <summary>Three voters; the leader's process has so many workers, 16 for each group.</summary>
    public const string Groups = "scale-groups";

    /// <summary>Three voters; every other process is a learner whose workers ask it linearizable queries.</summary>
    public const string Learners = "scale-learners";

    /// <summary>Three voters; every other process is a learner whose workers' commands it sends on together.</summary>
    public const string Proxies = "scale-proxies";

    /// <summary>Three voters; in every other process each worker has a connection to the leader of its own.</summary>
    public const string Direct = "scale-direct";

    /// <summary>Workers of a group.</summary>
    public const int GroupWorkers = 16;

    private const int Voters = 3;
    private const string Cluster = "scale";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static IEnumerable<Command> Commands() =>
    [
        PeerOptions.Command(Groups, "One process of three that host groups.", RunGroupsAsync),
        PeerOptions.Command(
            Learners,
            "A voter, or a learner that is asked.",
            (options, cancel) => RunMemberAsync(
                options, (client, query) => client.QueryAsync(query, ReadConsistency.Linearizable), cancel)),
        PeerOptions.Command(
            Proxies,
            "A voter, or a learner that sends commands on.",
            (options, cancel) => RunMemberAsync(
                options, (client, command) => client.ExecuteAsync(command), cancel)),
        PeerOptions.Command(Direct, "A voter, or clients of the leader.", RunDirectAsync),
    ];

    private static async Task<int> RunGroupsAsync(PeerOptions options, CancellationToken cancel)
    {
        await using var node = await StartAsync(options, cancel);
        if (options.Id == 0)
        {
            await node.Ready.WaitAsync(cancel);
            List<IPaxosClient> clients = [];
            for (var number = 0; number * GroupWorkers < options.Clients; number++)
            {
                var group = await node.Groups.CreateAsync($"group {number}", cancellationToken: cancel);
                clients.Add(node.Groups.CreateClient(group.Id));
                await clients[^1].ExecuteAsync(new byte[options.Size], cancel);
            }

            ClosedLoad<CommandResult> load = new(
                options, bytes => clients[ClosedLoad.WorkerOf(bytes.Span) % clients.Count].ExecuteAsync(bytes));
            await load.RunAsync(() => 0, () => 0, Console.Out);
        }

        await Task.Delay(Timeout.Infinite, cancel);
        return 0;
    }

    private static async Task<int> RunMemberAsync<TResult>(
        PeerOptions options,
        Func<IPaxosClient, ReadOnlyMemory<byte>, ValueTask<TResult>> call,
        CancellationToken cancel)
    {
        await using var node = await StartAsync(options, cancel);
        await node.Ready.WaitAsync(cancel);
        if (options.Id >= Voters)
        {
            await using var client = node.CreateClient();
            await client.ExecuteAsync(new byte[options.Size], cancel);
            ClosedLoad<TResult> load = new(options, bytes => call(client, bytes));
            await load.RunAsync(() => 0, () => 0, Console.Out);
        }

        await Task.Delay(Timeout.Infinite, cancel);
        return 0;
    }

    private static async Task<int> RunDirectAsync(PeerOptions options, CancellationToken cancel)
    {
        if (options.Id < Voters)
        {
            await using var node = await StartAsync(options with { Nodes = Voters }, cancel);
            await Task.Delay(Timeout.Infinite, cancel);
        }

        TcpChannelOptions leader = new()
        {
            Cluster = ClusterName.Digest(Cluster),
            Endpoints = [Address(options, 0)],
        };
        var clients = new PaxosClient[options.Clients];
        for (var number = 0; number < clients.Length; number++)
        {
            clients[number] = new(new TcpChannel(leader));
            await clients[number].ExecuteAsync(new byte[options.Size], cancel);
        }

        ClosedLoad<CommandResult> load = new(
            options, bytes => clients[ClosedLoad.WorkerOf(bytes.Span)].ExecuteAsync(bytes));
        await load.RunAsync(() => 0, () => 0, Console.Out);
        await Task.Delay(Timeout.Infinite, cancel);
        return 0;
    }

    private static async Task<PaxosNode> StartAsync(PeerOptions options, CancellationToken cancel)
    {
        PaxosOptions settings = new()
        {
            Cluster = Cluster,
            Self = Name(options.Id),
            Data = Path.Combine(options.Directory, "data"),
        };
        for (var id = 0; id < options.Nodes; id++)
        {
            var roles = id == 0 ? MemberRoles.All : id < Voters ? MemberRoles.Acceptor | MemberRoles.Learner
                : MemberRoles.Learner;
            settings.Members.Add(new(Name(id), Address(options, id), roles));
        }

        PaxosNode node = new(
            settings, () => new HashMachine(), new() { GroupMachines = static _ => new HashMachine() });
        await node.StartAsync(cancel);
        return node;
    }

    private static string Name(int id) => string.Create(CultureInfo.InvariantCulture, $"n{id}");

    private static string Address(PeerOptions options, int id) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{options.BasePort + id}");
}
