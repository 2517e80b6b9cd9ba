using System.Runtime.InteropServices;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Members as processes: what they do apart, and how they stop.</summary>
[Collection("processes")]
public sealed class MemberTests
{
    private static readonly TimeSpan Expiry = TimeSpan.FromSeconds(20);

    [Fact]
    public void Roles_may_be_spread_over_processes_in_any_combination()
    {
        var roles = new Dictionary<string, string>
        {
            ["p"] = "proposer", ["q"] = "proposer,learner", ["x"] = "acceptor", ["y"] = "acceptor", [
                "z"] = "acceptor", ["l"] = "learner",
        };
        using var cluster = new RedisCluster([.. roles.Keys], roles);
        foreach (var name in roles.Keys)
        {
            cluster.Start(name);
        }

        cluster.WaitUntilServing("q", TimeSpan.FromSeconds(40));
        cluster.WaitUntilServing("l", TimeSpan.FromSeconds(40));
        using (var client = cluster.Connect("l"))
        {
            Assert.Equal("OK", client.Call("SET", "k", "1"));
            Assert.Equal(2L, client.Call("INCR", "k"));
        }

        using (var client = cluster.Connect("q"))
        {
            Assert.Equal("2", client.Call("GET", "k"));
        }

        // An acceptor and a proposer of two and three may go.
        cluster.Kill("x");
        cluster.Kill("p");
        cluster.WaitUntilServing("l", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_key_expires_by_the_logs_time_on_every_replica_without_another_command()
    {
        using var cluster = new RedisCluster(["a", "b", "c"]);
        cluster.StartAll();
        using var client = cluster.Connect("a");
        Assert.Equal("OK", client.Call("SET", "brief", "1", "PX", "3000"));
        var size = (long)client.Call("DBSIZE")!;
        Assert.InRange((long)client.Call("PTTL", "brief")!, 1, 3000);

        // R19: the leader moves the log's time on, since a timer waits for it: the key goes from the state, not only
        // from view.
        foreach (var name in cluster.Names)
        {
            using var other = cluster.Connect(name);
            Assert.True(
                SpinWait.SpinUntil(() => (long)other.Call("DBSIZE")! == size - 1, Expiry),
                cluster.LogOf(name));
        }

        Assert.Null(client.Call("GET", "brief"));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public void A_signal_stops_a_replica_cleanly(int signal)
    {
        using var cluster = new RedisCluster(["a", "b", "c"]);
        cluster.StartAll();
        var process = cluster.Running["b"];
        Assert.Equal(0, SendSignal(process.Id, signal));
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(15)), cluster.LogOf("b"));
        Assert.Equal(0, process.ExitCode);
        cluster.WaitUntilServing("a", TimeSpan.FromSeconds(5));
        cluster.Start("b");
        cluster.WaitUntilServing("b", TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void A_second_process_on_the_same_folder_is_refused_with_the_reason()
    {
        using var cluster = new RedisCluster(["a", "b", "c"]);
        cluster.StartAll();
        var second = new RedisProcess(
            "a",
            Path.Combine(cluster.Folder, "log-second.txt"),
            ["--config", Path.Combine(cluster.Folder, "cluster.json"), "--self", "a", "--listen", "127.0.0.1:0",
                "--data", cluster.DataOf("a")]);
        Assert.True(second.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("data-a", cluster.LogOf("second"), StringComparison.Ordinal);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SendSignal(int process, int signal);
}
