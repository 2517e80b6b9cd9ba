using System.Globalization;
using Xunit.Abstractions;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Real processes of which several own lanes (R8), killed with SIGKILL under load.</summary>
[Collection("processes")]
public sealed class OwnerTests(ITestOutputHelper output)
{
    // One failure detector timeout (600 ms, drawn longer at random) and a take-over; the rest is for a busy machine.
    private static readonly TimeSpan ServiceBack = TimeSpan.FromSeconds(3);

    public static TheoryData<string> Deals =>
        Tool.Long ? new() { "allProposers", "adaptive" } : new() { "allProposers" };

    [Theory]
    [MemberData(nameof(Deals))]
    public void Owners_killed_over_and_over_lose_nothing_and_hold_up_the_others_for_a_take_over_at_most(string deal)
    {
        using var load = new Load(traces => new(["a", "b", "c"], options: Options(deal, Tool.Long ? null : traces)));
        if (deal == "allProposers")
        {
            WaitUntilAllOwn(load);
        }

        var (gaps, answered) = KillOwners(load, Tool.Long ? 20 : 3);

        Assert.True(answered > gaps.Count * 100, $"only {answered} commands were answered");
        Assert.All(load.Cluster.Names, name => Assert.True(load.AnsweredAt(name) > 100, $"{name} was idle"));
        Assert.All(gaps, gap => Assert.InRange(gap.Gap, TimeSpan.Zero, ServiceBack + gap.Calm));
    }

    [Fact]
    public void Acceptors_proposers_and_learners_apart_outlive_one_of_each_and_learners_feed_a_wiped_one()
    {
        using var load = new Load(traces => RedisCluster.Of("separated.json", new Dictionary<string, object>
        {
            ["trace"] = traces, ["snapshotSlotsMax"] = 500, ["trimTailSlots"] = 64, ["trimTailBytes"] = 4096,
        }));
        var cluster = load.Cluster;
        using (var client = cluster.Connect("a1"))
        {
            Assert.Contains("holds no keys", Assert.IsType<RespError>(client.Call("GET", "k")).Text,
                StringComparison.Ordinal);
            Assert.Contains("paxos_self:a1", Assert.IsType<string>(client.Call("INFO")), StringComparison.Ordinal);
        }

        foreach (var victim in new[] { "a2", cluster.Leader()!, "l1" })
        {
            var (gap, calm) = load.KillAndRestart(victim);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"kill of {victim}: {gap.TotalMilliseconds:F0} ms without service"));
            Assert.InRange(gap, TimeSpan.Zero, ServiceBack + calm);
        }

        // Once the first slots are trimmed everywhere, only another learner's snapshot can bring them back.
        foreach (var name in cluster.Names.Where(name => !cluster.RolesOf(name).HasFlag(MemberRoles.Proposer)))
        {
            WaitFor(() => cluster.Info(name).GetValueOrDefault("paxos_trimmed") is { Length: > 0 } trimmed
                && trimmed != "0", $"{name} trims");
        }

        var (answered, wrong) = load.Finish();
        output.WriteLine($"{answered} answered");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.All(cluster.Serving, name => Assert.True(load.AnsweredAt(name) > 100, $"{name} was idle"));

        Directory.Delete(cluster.DataOf("l3"), recursive: true);
        cluster.StartAll();
        Assert.Empty(load.Check("l3"));
    }

    private static Dictionary<string, object> Options(string deal, string? trace)
    {
        Dictionary<string, object> options = new() { ["deal"] = deal };
        if (trace is not null)
        {
            options["trace"] = trace;
        }

        return options;
    }

    // As the replica that leads tells: a lane for each, each under way.
    private static void WaitUntilAllOwn(Load load) => WaitFor(
        () => load.Cluster.Leader() is { } leader
            && load.Cluster.Info(leader).Where(line => line.Key.StartsWith("paxos_lane_", StringComparison.Ordinal))
                .Select(line => line.Value.Split(',')[0]).Distinct().Count() == load.Cluster.Names.Count,
        "a lane for each");

    private static void WaitFor(Func<bool> isDone, string what) =>
        Assert.True(SpinWait.SpinUntil(() => isDone(), TimeSpan.FromSeconds(30)), $"{what}: not within 30 s");

    private (List<(TimeSpan Gap, TimeSpan Calm)> Gaps, long Answered) KillOwners(Load load, int kills)
    {
        List<(TimeSpan Gap, TimeSpan Calm)> gaps = [];
        for (var kill = 0; kill < kills; kill++)
        {
            var victim = kill % 2 == 0 ? load.Cluster.Names[kill % 3] : load.Cluster.Leader() ?? "a";
            gaps.Add(load.KillAndRestart(victim));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"kill {kill} of {victim}: {gaps[^1].Gap.TotalMilliseconds:F0} ms without service, "
                + $"{gaps[^1].Calm.TotalMilliseconds:F0} ms before"));
            load.Cluster.WaitUntilServing(victim, TimeSpan.FromSeconds(30));
        }

        var (answered, wrong) = load.Finish();
        output.WriteLine($"{answered} answered");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        return (gaps, answered);
    }
}
