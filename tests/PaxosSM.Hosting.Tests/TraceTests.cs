using PaxosSM.Runtime.Execution;
using PaxosSM.Testing.Traces;

namespace PaxosSM.Hosting.Tests;

/// <summary>What a real cluster writes about itself stands up to the checker.</summary>
public sealed class TraceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("paxossm-trace-").FullName;

    [Fact]
    public async Task Every_event_of_a_cluster_through_restarts_and_snapshots_obeys_the_rules()
    {
        await using (var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: new()
        {
            Configure = options =>
            {
                options.Trace = _folder;
                options.Snapshots = new SnapshotOptions { SlotsMax = 20 };
                options.Protocol = options.Protocol with { TrimTailSlots = 5 };
            },
        }))
        {
            await using var client = cluster.CreateClient();
            for (var round = 0; round < 4; round++)
            {
                for (var number = 0; number < 30; number++)
                {
                    _ = await client.ExecuteAsync(SumMachine.Add(number));
                }

                var victim = round % 2 == 0 ? cluster.LeaderIndex!.Value : (cluster.LeaderIndex!.Value + 1) % 3;
                await cluster.StopNodeAsync(victim);
                _ = await client.ExecuteAsync(SumMachine.Add(1));
                await cluster.StartNodeAsync(victim);
                await cluster.Nodes[victim]!.Ready.WaitAsync(Patience);
            }
        }

        TraceChecker checker = new(GroupId.Default, Members());
        var verdict = TraceMerge.CheckFolder(_folder, checker);

        Assert.Null(verdict.Problem);
        Assert.True(checker.ChosenThrough.Index > 100, $"only {checker.ChosenThrough} is chosen");
        Assert.Equal(7, Directory.GetFiles(_folder).Length);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Configuration Members() => new(
        Epoch.First,
        [.. Enumerable.Range(0, 3).Select(number => new Member(
            new((ushort)number), $"{number}", string.Empty, MemberRoles.All, StorageId.None))]);
}
