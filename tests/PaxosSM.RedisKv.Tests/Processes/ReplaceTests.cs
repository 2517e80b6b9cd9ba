using System.Globalization;
using Xunit.Abstractions;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Members of a cluster of real processes change under load, by the administrator's command (R11..R16).
/// PAXOSSM_LONG=1 runs the long series.</summary>
[Collection("processes")]
public sealed class ReplaceTests(ITestOutputHelper output)
{
    private static readonly string[] Old = ["a", "b", "c"];
    private static readonly string[] New = ["d", "e", "f"];

    // Twice the default election timeout.
    private static readonly TimeSpan AwayMax = TimeSpan.FromMilliseconds(1200);

    [Fact]
    public void All_members_are_replaced_under_load_and_nobody_waits_for_long()
    {
        using var load = new Load(_ => new([.. Old, .. New], joining: New));
        Start(load.Cluster, New);
        load.Settle(TimeSpan.FromSeconds(2));
        load.Probe.TakeLongest();
        var (code, text) = load.Cluster.Admin("replace", "a=d", "b=e", "c=f");
        load.Settle(TimeSpan.FromSeconds(3));
        var away = load.Probe.TakeLongest();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{text.Trim()}: {away.TotalMilliseconds:F0} ms without service"));
        Assert.True(code == 0, text);

        // Who was removed says what it is, and can go; started again it harms nobody.
        Assert.Equal("none", load.Cluster.Info("a")["paxos_roles"]);
        foreach (var name in Old)
        {
            load.Cluster.Kill(name);
        }

        load.Settle(TimeSpan.FromSeconds(1));
        load.Cluster.Start("a");
        load.Settle(TimeSpan.FromSeconds(3));
        Assert.Equal("none", load.Cluster.Info("a")["paxos_roles"]);
        Assert.StartsWith("2,", load.Cluster.Info("a")["paxos_epoch"], StringComparison.Ordinal);
        Assert.Contains("e2", load.Cluster.Admin("status").Output, StringComparison.Ordinal);
        var (answered, wrong) = load.Finish(New, traced: false);
        output.WriteLine($"{answered} answered");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(answered > 100);
        Assert.True(away < AwayMax, $"the service was away for {away}");
    }

    [Fact]
    public async Task Processes_killed_at_any_moment_of_a_hand_over_go_on()
    {
        using var load = new Load(_ => new([.. Old, .. New], joining: New));
        Start(load.Cluster, New);
        Random random = new(5);
        var (members, others) = (Old, New);
        for (var round = 0; round < (Tool.Long ? 20 : 3); round++)
        {
            string[] pairs = [.. members.Zip(others, (before, after) => $"{before}={after}")];
            var change = Task.Run(() => load.Cluster.Admin(["replace", .. pairs, "--timeout", "20"]));
            load.Settle(TimeSpan.FromMilliseconds(300 + random.Next(900)));
            foreach (var name in load.Cluster.Names)
            {
                load.Cluster.Kill(name);
            }

            Start(load.Cluster, load.Cluster.Names);
            _ = WaitForService(load);
            var (_, text) = await change;
            var serving = WaitForService(load);
            output.WriteLine($"round {round}: {serving} serves; {text.Trim()}");
            (members, others) = New.Contains(serving) ? (New, Old) : (Old, New);
        }

        var (answered, wrong) = load.Finish(members, traced: false);
        output.WriteLine($"{answered} answered");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Leadership_is_handed_on_and_a_drained_member_is_stopped_under_load()
    {
        using var load = new Load(_ => new(Old));
        var leader = WaitForService(load);
        var heir = Old.First(name => name != leader);
        load.Settle(TimeSpan.FromSeconds(1));
        load.Probe.TakeLongest();
        var (code, text) = load.Cluster.Admin("transfer", "--to", heir);
        Assert.True(code == 0 && text.Contains($"{heir} leads", StringComparison.Ordinal), text);
        (code, text) = load.Cluster.Admin("drain", heir);
        Assert.True(code == 0, text);
        Assert.NotEqual(heir, WaitForService(load));
        load.Cluster.Kill(heir);
        load.Settle(TimeSpan.FromSeconds(1));
        var away = load.Probe.TakeLongest();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{away.TotalMilliseconds:F0} ms without service"));
        load.Cluster.Start(heir);
        load.Cluster.WaitUntilServing(heir, TimeSpan.FromSeconds(30));
        var (answered, wrong) = load.Finish(Old, traced: false);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(answered > 100);
        Assert.True(away < AwayMax, $"the service was away for {away}");
    }

    private static void Start(RedisCluster cluster, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            cluster.Start(name);
        }
    }

    private static string WaitForService(Load load)
    {
        for (var attempt = 0; attempt < 300; attempt++)
        {
            if (load.Cluster.Leader() is { } leader && Serves(load.Cluster, leader))
            {
                return leader;
            }

            load.Settle(TimeSpan.FromMilliseconds(100));
        }

        throw new TimeoutException(
            "nobody serves: " + string.Join("; ", load.Cluster.Names.Select(name => load.Cluster.LogOf(name)[^500..])));
    }

    private static bool Serves(RedisCluster cluster, string name)
    {
        try
        {
            using var client = cluster.Connect(name, TimeSpan.FromSeconds(5));
            return client.Call("SET", "probe:replace", "1") is "OK";
        }
        catch (IOException)
        {
            return false;
        }
    }
}
