using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>The README's figures: three durable replicas as processes, clients at the leader's port. PAXOSSM_LONG=1
/// takes longer samples.</summary>
[Collection("processes")]
public sealed class FigureTests(ITestOutputHelper output)
{
    [Fact]
    public void Throughput_latency_and_processor_time_are_measured()
    {
        using var cluster = new RedisCluster(["a", "b", "c"]);
        cluster.StartAll();
        var port = cluster.RespPorts[cluster.Leader()!];
        var many = Tool.Long ? 2_000_000 : 200_000;
        var few = Tool.Long ? 20_000 : 2_000;
        Tool.Benchmark(port, many / 2);
        var text = new StringBuilder(
            "| measured | rate | p50 | p99 | processor time a million, all replicas |\n"
                + "| --- | --- | --- | --- | --- |\n");
        var set = Row(cluster, text, "SET, 50 clients, 16 deep", port, many, ["-t", "set", "-P", "16", "-c", "50"]);
        Row(cluster, text, "GET (linearizable), 50 clients, 16 deep", port, many, [
            "-t", "get", "-P", "16", "-c", "50"]);
        Row(cluster, text, "SET, 1 client", port, few, ["-t", "set", "-c", "1"]);
        Row(cluster, text, "GET (linearizable), 1 client", port, few, ["-t", "get", "-c", "1"]);
        output.WriteLine(text.ToString());
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "figures.md"), text.ToString());
        Assert.True(set > 5_000, $"only {set:F0} SET a second");
    }

    private static double Row(
        RedisCluster cluster, StringBuilder text, string what, int port, int commands, IReadOnlyList<string> arguments)
    {
        var before = ProcessorTime(cluster);
        var sample = Tool.Measure(port, commands, arguments);
        var used = (ProcessorTime(cluster) - before).TotalSeconds / commands * 1e6;
        text.Append(
            CultureInfo.InvariantCulture,
            $"| {what} | {sample.Rate:F0}/s | {sample.Median:F3} ms | {sample.P99:F3} ms | {used:F1} s |\n");
        return sample.Rate;
    }

    private static TimeSpan ProcessorTime(RedisCluster cluster) =>
        TimeSpan.FromTicks(cluster.Running.Values.Sum(process => process.ProcessorTime.Ticks));
}
