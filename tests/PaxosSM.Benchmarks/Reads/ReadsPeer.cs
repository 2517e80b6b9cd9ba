using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>A node a process; the leader's measures its own reads, kind by kind.</summary>
internal static class ReadsPeer
{
    public const string Name = "reads-peer";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The kinds, in the order in which they are measured.</summary>
    public static IReadOnlyList<(string Title, ReadConsistency Consistency)> Kinds { get; } =
    [
        ("local", ReadConsistency.Local),
        ("not older than 1 s", ReadConsistency.NoOlderThan(TimeSpan.FromSeconds(1))),
        ("lease", ReadConsistency.Lease),
        ("read index", ReadConsistency.Linearizable),
    ];

    /// <summary>How many workers ask, each one query at a time, in the order in which they are measured.</summary>
    public static IReadOnlyList<int> Workers { get; } = [1, 64, 1024];

    public static async Task<int> RunAsync(PeerOptions options, CancellationToken cancel)
    {
        HashMachine machine = new();
        await using PaxosNode node = new(PaxosPeer.SettingsOf(options), () => machine);
        await node.StartAsync(cancel);
        await node.Ready.WaitAsync(cancel);
        while (node.Status is not { } status || status.Leader != status.Self)
        {
            await Task.Delay(Pause, cancel);
        }

        await using var client = node.CreateClient();
        await client.ExecuteAsync(new byte[options.Size], cancel);
        foreach (var workers in Workers)
        {
            foreach (var (_, consistency) in Kinds)
            {
                ClosedLoad<QueryResult> load = new(
                    options with { Clients = workers }, query => client.QueryAsync(query, consistency));
                await load.RunAsync(() => machine.Count, () => 0, Console.Out);
            }
        }

        await Task.Delay(Timeout.Infinite, cancel);
        return 0;
    }
}
