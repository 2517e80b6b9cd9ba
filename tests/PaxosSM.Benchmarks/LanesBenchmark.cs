using PaxosSM.Hosting;

namespace PaxosSM.Benchmarks;

/// <summary>Five durable replicas in one process over loopback TCP: a single leader, five owners of which one gets all
/// the load, and five owners that share it.</summary>
internal static class LanesBenchmark
{
    private const int Replicas = 5;
    private const int Streams = 10;
    private const double Bar = 0.8;

    /// <summary>Measures, and tells.</summary>
    /// <param name="rounds">How often each variant has its turn.</param>
    /// <param name="duration">How long a turn is measured.</param>
    /// <param name="data">Where the logs go; null for a temporary folder.</param>
    /// <param name="output">Where to tell.</param>
    /// <returns>The exit code: 0 when the bar is met.</returns>
    public static async Task<int> RunAsync(int rounds, TimeSpan duration, string? data, TextWriter output)
    {
        await using var single = await StartAsync(DealPolicy.SingleLeader, data);
        await using var all = await StartAsync(DealPolicy.AllProposers, data);
        var leader = single.LeaderIndex!.Value;
        await WaitForLanesAsync(all);

        // The hardest place for a lone owner: not the leader, which deals and beats beside.
        var busy = (all.LeaderIndex!.Value + 1) % Replicas;
        await using StreamLoad atLeader = new(single, [leader], Streams);
        await using StreamLoad atOne = new(all, [busy], Streams);
        await using StreamLoad atAll = new(all, [.. Enumerable.Range(0, Replicas)], Streams);

        Variant[] variants =
        [
            new("A", "single leader, load at the leader", atLeader),
            new("B", "five owners, load at one", atOne),
            new("C", "five owners, load at all", atAll),
        ];
        var results = await Comparison.RunAsync(variants, rounds, duration, output);

        _ = Comparison.Tell("C/A", results[2], results[0], output);
        var ratio = Comparison.Tell("B/A", results[1], results[0], output);
        var passed = ratio >= Bar;
        await output.WriteLineAsync($"{(passed ? "PASS" : "FAIL")}: B is at least {Bar:P0} of A");
        return passed ? 0 : 1;
    }

    private static Task<PaxosCluster> StartAsync(DealPolicy deal, string? data) =>
        PaxosCluster.StartEmbeddedAsync<TallyMachine>(Replicas, new()
        {
            Cluster = deal.ToString(),
            Data = data is null ? null : Path.Combine(data, deal.ToString()),
            Configure = options => options.Protocol = options.Protocol with { Deal = deal },
        });

    private static async Task WaitForLanesAsync(PaxosCluster cluster)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (!cluster.Nodes.All(node => node?.Status?.Lanes.Count == Replicas))
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
