using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Real processes that are stopped, cut from a quorum, wiped, or fed a million keys.</summary>
[Collection("processes")]
public sealed class FaultTests(ITestOutputHelper output)
{
    [Fact]
    public void A_stopped_follower_slows_nobody_costs_bounded_memory_and_catches_up()
    {
        using var cluster = new RedisCluster(["a", "b", "c"], options: new { checkpointSlots = 16 });
        cluster.StartAll();
        var leader = cluster.Leader()!;
        var follower = cluster.Names.First(name => name != leader);
        var port = cluster.RespPorts[leader];
        Tool.Benchmark(port, 200_000);
        var before = Tool.Benchmark(port, 400_000);
        var memory = cluster.Running[leader].ResidentBytes;
        cluster.Pause(follower);
        Tool.Benchmark(port, 400_000);
        var during = Tool.Benchmark(port, 800_000);
        var grown = cluster.Running[leader].ResidentBytes - memory;
        cluster.Resume(follower);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"{before:F0}/s before, {during:F0}/s with {follower} stopped; leader grew {grown >> 20} MiB"));
        Assert.True(during > before / 2, $"{before:F0}/s before, {during:F0}/s with a stopped follower");
        Assert.True(grown < 768L << 20, $"the leader grew by {grown >> 20} MiB");
        WaitUntilEqual(cluster, leader, [follower], TimeSpan.FromSeconds(60));
        using var client = cluster.Connect(follower);
        Assert.Equal("OK", client.Call("SET", "after", "1"));
    }

    [Fact]
    public void A_voter_whose_folder_was_deleted_does_not_vote_and_names_the_old_storage_while_the_others_go_on()
    {
        using var cluster = new RedisCluster(["a", "b", "c"]);
        cluster.StartAll();
        using (var client = cluster.Connect("a"))
        {
            Assert.Equal("OK", client.Call("SET", "k", "v"));
        }

        cluster.Kill("c");
        Directory.Delete(cluster.DataOf("c"), true);
        cluster.Start("c");
        Assert.Equal("OK", Eventually(() => TryCall(cluster, "a", "SET", "k", "w"), reply => reply is "OK"));
        Assert.Equal("w", Eventually(() => TryCall(cluster, "c", "GET", "k"), reply => reply is "w"));
        var says = cluster.Info("c")["paxos_only_learns"];
        output.WriteLine(says);
        Assert.Contains("refuses to vote", says, StringComparison.Ordinal);
        Assert.Contains("bound to storage", says, StringComparison.Ordinal);

        // With b gone, too, a has no quorum, however alive c is.
        cluster.Kill("b");
        Assert.IsType<RespError>(TryCall(cluster, "a", "SET", "k", "x"));
    }

    [Fact]
    public void Without_a_quorum_a_write_fails_at_its_deadline_with_the_reason_and_works_when_the_others_return()
    {
        using var cluster = new RedisCluster(["a", "b", "c"], options: new { clientTimeout = "3s" });
        cluster.StartAll();
        cluster.Kill("b");
        cluster.Kill("c");
        using var client = cluster.Connect("a");
        var watch = Stopwatch.StartNew();
        var error = Assert.IsType<RespError>(client.Call("SET", "k", "v"));
        output.WriteLine($"after {watch.Elapsed.TotalSeconds:F1} s: {error.Text}");
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6));
        Assert.Contains("no quorum", error.Text, StringComparison.Ordinal);
        Assert.Contains("b unreachable since", error.Text, StringComparison.Ordinal);
        Assert.Contains("c unreachable since", error.Text, StringComparison.Ordinal);
        cluster.Start("b");
        cluster.Start("c");
        Assert.Equal("OK", Eventually(() => client.Call("SET", "k", "w"), reply => reply is "OK"));
        Assert.Equal("w", client.Call("GET", "k"));
    }

    [Fact]
    public void A_million_keys_are_snapshotted_and_trimmed_and_a_wiped_learner_gets_them_back()
    {
        const int Keys = 1_000_000;
        using var cluster = new RedisCluster(
            ["a", "b", "c", "d"], new Dictionary<string, string> { ["d"] = "learner" }, new { checkpointSlots = 16 });
        cluster.StartAll();
        var leader = cluster.Leader()!;
        var watch = Stopwatch.StartNew();
        Tool.Pipe(cluster.RespPorts[leader], Keys);
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Keys} keys in {watch.Elapsed.TotalSeconds:F1} s"));
        using (var client = cluster.Connect("b"))
        {
            Assert.Equal((long)Keys, Assert.IsType<long>(client.Call("DBSIZE")) - CountProbes(client));
        }

        Eventually(
            () => cluster.Info(leader), info => long.Parse(info["paxos_trimmed"], CultureInfo.InvariantCulture) > 0);
        cluster.Kill("d");
        Directory.Delete(cluster.DataOf("d"), true);
        watch.Restart();
        cluster.Start("d");
        WaitUntilEqual(cluster, leader, cluster.Names, TimeSpan.FromSeconds(120));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"the wiped learner was equal after {watch.Elapsed.TotalSeconds:F1} s"));
        Assert.True(long.Parse(cluster.Info("d")["paxos_snapshot"], CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public void A_followers_memory_is_flat_under_load()
    {
        using var cluster = new RedisCluster(["a", "b", "c"]);
        cluster.StartAll();
        var leader = cluster.Leader()!;
        var followers = cluster.Names.Where(name => name != leader).ToArray();
        var time = TimeSpan.FromSeconds(Tool.Long ? 300 : 15);
        var watch = Stopwatch.StartNew();
        var samples = new List<long>();
        while (watch.Elapsed < time)
        {
            Tool.Benchmark(cluster.RespPorts[leader], 200_000);
            samples.Add(followers.Max(name => cluster.Running[name].ResidentBytes));
        }

        var early = samples.Take(samples.Count / 2).Max();
        var late = samples.Skip(samples.Count / 2).Max();
        output.WriteLine($"{time}: at most {early >> 20} MiB in the first half, {late >> 20} MiB in the second");
        Assert.True(late < 1536L << 20, $"a follower holds {late >> 20} MiB");
        Assert.True(!Tool.Long || late < early * 1.25, $"a follower grew from {early >> 20} to {late >> 20} MiB");
    }

    private static long CountProbes(RespClient client) =>
        "abcd".Sum(name => (long)client.Call("EXISTS", "probe:" + name)!);

    private static object? TryCall(RedisCluster cluster, string name, params string[] command)
    {
        try
        {
            using var client = cluster.Connect(name, TimeSpan.FromSeconds(15));
            return client.Call(command);
        }
        catch (IOException exception)
        {
            return exception.Message;
        }
    }

    private static T Eventually<T>(Func<T> look, Func<T, bool> isDone, int seconds = 30)
    {
        var watch = Stopwatch.StartNew();
        T seen;
        while (!isDone(seen = look()) && watch.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            Thread.Sleep(50);
        }

        return seen;
    }

    // Equal at the same checkpoint: the hash chain over all batches, and the machine's digest of its whole state (R28).
    private void WaitUntilEqual(RedisCluster cluster, string leader, IReadOnlyList<string> names, TimeSpan bound)
    {
        var watch = Stopwatch.StartNew();
        var from = long.Parse(cluster.Info(leader)["paxos_applied"], CultureInfo.InvariantCulture);
        var seen = string.Empty;
        while (watch.Elapsed < bound)
        {
            using (var client = cluster.Connect(leader))
            {
                client.Call("SET", "turn", "1");
            }

            var digests = names.Append(leader).Distinct().Select(
                name => cluster.Info(name).GetValueOrDefault("paxos_digest") ?? "?").ToArray();
            seen = string.Join("; ", digests);
            var slot = digests[0].Split(',')[0];
            if (slot.Length > 1 && long.Parse(slot[1..], CultureInfo.InvariantCulture) > from
                && digests.Distinct().Count() == 1)
            {
                output.WriteLine($"equal at {digests[0]}");
                return;
            }
        }

        Assert.Fail($"not equal after {bound}: {seen}\n{cluster.LogOf(names[^1])}");
    }
}
