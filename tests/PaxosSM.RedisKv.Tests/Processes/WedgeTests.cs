namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>A cluster of processes is wedged for maintenance by the administrator's command.</summary>
[Collection("processes")]
public sealed class WedgeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Writes_are_told_readonly_reads_go_on_and_unwedging_ends_it()
    {
        using var cluster = new RedisCluster(["a", "b", "c"]);
        cluster.StartAll();
        using var client = cluster.Connect("b", Patience);
        Assert.Equal(1L, client.Call("INCR", "count"));

        var (code, text) = cluster.Admin("wedge");
        Assert.True(code == 0, text);
        Assert.Contains("wedged for maintenance", text, StringComparison.Ordinal);
        (code, text) = cluster.Admin("wedge", "--expected", "1");
        Assert.True(code == 1, text);
        Assert.Contains("EpochSuperseded", text, StringComparison.Ordinal);

        Eventually(() => client.Call("INFO") is string info
            && info.Contains("paxos_wedged:yes", StringComparison.Ordinal));
        Assert.Equal("1", client.Call("GET", "count"));
        Eventually(() => client.Call("INCR", "count") is RespError refused
            && refused.Text.StartsWith("READONLY ", StringComparison.Ordinal));
        Assert.Equal("1", client.Call("GET", "count"));

        (code, text) = cluster.Admin("unwedge");
        Assert.True(code == 0, text);
        object? count = null;
        Eventually(() => (count = client.Call("INCR", "count")) is long);
        Assert.Equal($"{count}", client.Call("GET", "count"));
    }

    private static void Eventually(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, Patience), "it did not come true in time");
}
