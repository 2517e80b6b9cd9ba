using System.Collections.Concurrent;
using System.Diagnostics;
using PaxosSM.Hosting;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Benchmarks;

/// <summary>Thousands of groups on an embedded cluster of three nodes, few of them with work: memory a resting group a
/// replica, processor time of those that rest, and what a busy group takes from the others.</summary>
internal static class GroupsBenchmark
{
    private const int Replicas = 3;
    private const int MadeAtOnce = 64;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SettleMax = TimeSpan.FromMinutes(5);

    /// <returns>The process' exit code: 0 when the bars hold.</returns>
    public static async Task<int> RunAsync(
        int count, int active, TimeSpan time, TextWriter output, CancellationToken cancel)
    {
        EmbeddedOptions options = new() { GroupMachines = _ => new TallyMachine() };
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<TallyMachine>(
            Replicas, options, cancel);
        var few = await MakeAsync(cluster, "few", active, cancel);
        await RestAsync(cluster, few, cancel);
        var idleAlone = await ProcessorAsync(time, cancel);
        var fewWork = await WorkAsync(cluster, few, busy: null, time, cancel);
        output.WriteLine($"only {active} groups, with 10 commands a second each: {fewWork}");
        await RestAsync(cluster, few, cancel);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var began = Stopwatch.StartNew();
        var groups = await MakeAsync(cluster, "many", count, cancel);
        output.WriteLine($"{count} groups made, a command in each, in {began.Elapsed.TotalSeconds:0.0} s");
        await RestAsync(cluster, groups, cancel);
        output.WriteLine($"all rest after {began.Elapsed.TotalSeconds:0.0} s");
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)(count * Replicas);
        var idle = await ProcessorAsync(time, cancel);
        output.WriteLine($"memory a resting group a replica: {bytes / 1024:0.0} KiB (bar 20)");
        output.WriteLine(
            $"processor, of a core: {idleAlone:0.0%} with {active} groups at rest, {idle:0.0%} with all (bar 2 %)");

        var working = groups.Take(active).ToArray();
        var alone = await WorkAsync(cluster, working, busy: null, time, cancel);
        output.WriteLine($"{active} groups with 10 commands a second each: {alone}");
        var beside = await WorkAsync(cluster, working, groups[^1], time, cancel);
        output.WriteLine($"the same beside one group as busy as can be: {beside}");
        return bytes < 20 * 1024 && idle < 0.02 && beside.Failed == 0 ? 0 : 1;
    }

    private static async Task<GroupInfo[]> MakeAsync(
        PaxosCluster cluster, string name, int count, CancellationToken cancel)
    {
        var groups = new GroupInfo[count];
        ParallelOptions atOnce = new() { MaxDegreeOfParallelism = MadeAtOnce, CancellationToken = cancel };
        var host = cluster.Nodes[0]!.Groups;
        await Parallel.ForAsync(0, count, atOnce, async (index, stop) =>
        {
            groups[index] = await host.CreateAsync($"{name} {index}", cancellationToken: stop);
            await using var client = host.CreateClient(groups[index].Id);
            await client.ExecuteAsync(new byte[64], stop);
        });
        return groups;
    }

    private static async Task RestAsync(PaxosCluster cluster, GroupInfo[] groups, CancellationToken cancel)
    {
        var began = Stopwatch.StartNew();
        while (!cluster.Nodes.All(node => Array.TrueForAll(
            groups, group => node!.Groups.StatusOf(group.Id) is { Rests: true })))
        {
            if (began.Elapsed > SettleMax)
            {
                throw new TimeoutException($"not all groups rest after {SettleMax}");
            }

            await Task.Delay(Pause, cancel);
        }
    }

    private static async Task<double> ProcessorAsync(TimeSpan time, CancellationToken cancel)
    {
        var (used, began) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        await Task.Delay(time, cancel);
        return (Environment.CpuUsage.TotalTime - used) / began.Elapsed;
    }

    private static async Task<Work> WorkAsync(
        PaxosCluster cluster, GroupInfo[] groups, GroupInfo? busy, TimeSpan time, CancellationToken cancel)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ends.CancelAfter(time);
        ConcurrentBag<double> latencies = [];
        var failed = 0;
        var used = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.StartNew();
        var loads = groups.Select((group, index) => LoadAsync(cluster.Nodes[index % Replicas]!, group)).ToList();
        var done = busy is null ? 0 : await BusyAsync(cluster.Nodes[0]!, busy, ends.Token);
        await Task.WhenAll(loads);
        var processor = (Environment.CpuUsage.TotalTime - used) / began.Elapsed;
        var sorted = latencies.Order().ToArray();
        return new(
            processor, sorted.Length, failed, At(sorted, 0.5), At(sorted, 0.99), done / began.Elapsed.TotalSeconds);

        async Task LoadAsync(PaxosNode node, GroupInfo group)
        {
            await using var client = node.Groups.CreateClient(group.Id);
            while (!ends.IsCancellationRequested)
            {
                var sent = Stopwatch.GetTimestamp();
                try
                {
                    await client.ExecuteAsync(new byte[64], cancel);
                    latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                }
                catch (PaxosException)
                {
                    Interlocked.Increment(ref failed);
                }

                await Task.Delay(Pause, cancel);
            }
        }
    }

    private static async Task<long> BusyAsync(PaxosNode node, GroupInfo group, CancellationToken ends)
    {
        await using var client = node.Groups.CreateClient(group.Id);
        await using var stream = await client.OpenStreamAsync(CancellationToken.None);
        var done = 0L;
        while (!ends.IsCancellationRequested)
        {
            var round = Enumerable.Range(0, 1000).Select(_ => stream.ExecuteAsync(new byte[64]).AsTask()).ToArray();
            await Task.WhenAll(round);
            done += round.Length;
        }

        return done;
    }

    private static double At(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : sorted[(int)(share * (sorted.Length - 1))];

    private sealed record Work(
        double Processor, int Commands, int Failed, double P50, double P99, double BusyPerSecond)
    {
        public override string ToString() =>
            $"{Commands} commands, {Failed} failed, p50 {P50:0.0} ms, p99 {P99:0.0} ms, "
            + $"processor {Processor:0.0%} of a core"
            + (BusyPerSecond > 0 ? $", the busy one {BusyPerSecond:0}/s" : string.Empty);
    }
}
