using System.Text.RegularExpressions;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>A quorum of processes is killed for ever, and an operator has the others go on (R33).</summary>
[Collection("processes")]
public sealed partial class ForceTests : IDisposable
{
    private static readonly string[] Survivors = ["d", "e"];
    private readonly string _folder = Directory.CreateTempSubdirectory("rediskv-force-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Two_of_five_go_on_by_the_operators_word_and_nothing_that_they_had_heard_of_is_lost()
    {
        using var cluster = new RedisCluster(["a", "b", "c", "d", "e"]);
        cluster.StartAll();
        using (var client = cluster.Connect("d"))
        {
            for (var number = 0; number < 200; number++)
            {
                Assert.Equal((long)number + 1, client.Call("INCR", "count"));
            }
        }

        foreach (var name in cluster.Names)
        {
            cluster.Kill(name);
        }

        var reports = Survivors.Select(name => Path.Combine(_folder, name)).ToArray();
        foreach (var name in Survivors)
        {
            Done(cluster.Force(name, "collect", "--survivors", "d,e", "--to", Path.Combine(_folder, name)));
        }

        Assert.True(cluster.Start("d").WaitForExit(TimeSpan.FromSeconds(30)));
        cluster.Kill("d");
        Assert.Contains("held still", cluster.LogOf("d"), StringComparison.Ordinal);
        var plan = Done(RedisCluster.Run(["force", "plan", .. reports]));
        Assert.Contains("ends at", plan, StringComparison.Ordinal);
        var fork = ForkThatBegins().Match(plan).Groups[1].Value;
        var (code, text) = cluster.Force("d", ["apply", "--fork", "1", .. reports]);
        Assert.True(code == 1 && text.Contains("say its fork", StringComparison.Ordinal), text);
        foreach (var name in Survivors)
        {
            Done(cluster.Force(name, ["apply", "--fork", fork, .. reports]));
        }

        cluster.Start("d");
        cluster.Start("e");
        cluster.WaitUntilServing("e", TimeSpan.FromSeconds(30));
        using (var client = cluster.Connect("e"))
        {
            // d had answered all of them: it held them all.
            Assert.Equal(201L, client.Call("INCR", "count"));
        }

        // The lost ones come back: they are a quorum of the fork before, and are kept apart.
        foreach (var name in new[] { "a", "b", "c" })
        {
            cluster.Start(name);
        }

        using (var client = cluster.Connect("e"))
        {
            Assert.Equal(202L, client.Call("INCR", "count"));
        }

        Assert.Contains("was forced (R33)", cluster.LogOf("d"), StringComparison.Ordinal);
    }

    private static string Done((int ExitCode, string Output) run)
    {
        Assert.True(run.ExitCode == 0, run.Output);
        return run.Output;
    }

    [GeneratedRegex("fork ([0-9a-f]{16}) begins")]
    private static partial Regex ForkThatBegins();
}
