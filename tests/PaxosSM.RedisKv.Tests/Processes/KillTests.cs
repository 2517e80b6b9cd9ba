using System.Globalization;
using Xunit.Abstractions;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Real processes on loopback, killed with SIGKILL under load. PAXOSSM_LONG=1 runs the long series; the short
/// one's traces go through the checker.</summary>
[Collection("processes")]
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly TimeSpan ServiceBack = TimeSpan.FromSeconds(2);

    [Fact]
    public void Replicas_killed_over_and_over_lose_nothing_double_nothing_and_are_back_within_two_seconds()
    {
        using var load = new Load(traces => new(["a", "b", "c"], options: Tool.Long ? null : new { trace = traces }));
        var gaps = new List<TimeSpan>();
        for (var kill = 0; kill < (Tool.Long ? 30 : 5); kill++)
        {
            var victim = kill % 2 == 0 ? load.Cluster.Leader() ?? "a" : load.Cluster.Names[kill % 3];
            load.Settle(TimeSpan.FromSeconds(1));
            load.Probe.TakeLongest();
            load.Cluster.Kill(victim);
            load.Settle(TimeSpan.FromSeconds(3));
            gaps.Add(load.Probe.TakeLongest());
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"kill {kill} of {victim}: {gaps[^1].TotalMilliseconds:F0} ms without service"));
            load.Cluster.Start(victim);
            load.Cluster.WaitUntilServing(victim, TimeSpan.FromSeconds(30));
        }

        var (answered, wrong) = load.Finish();
        output.WriteLine($"{answered} answered");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(answered > gaps.Count * 100, $"only {answered} commands were answered");
        Assert.True(gaps.Max() < ServiceBack, $"the service was away for {gaps.Max()}");
    }

    [Fact]
    public void All_replicas_killed_at_once_come_back_with_all_that_was_answered()
    {
        using var load = new Load(traces => new(["a", "b", "c"], options: Tool.Long ? null : new { trace = traces }));
        for (var round = 0; round < (Tool.Long ? 10 : 2); round++)
        {
            load.Settle(TimeSpan.FromSeconds(1));
            foreach (var name in load.Cluster.Names)
            {
                load.Cluster.Kill(name);
            }

            load.Cluster.StartAll();
        }

        var (answered, wrong) = load.Finish();
        output.WriteLine($"{answered} answered");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(answered > 100);
    }
}

/// <summary>Tests with processes of their own run one after the other: two cores are few.</summary>
[CollectionDefinition("processes", DisableParallelization = true)]
public sealed class ProcessTests;
