using System.Diagnostics;
using PaxosSM.Election;
using Xunit.Abstractions;

namespace PaxosSM.Hosting.Tests;

/// <summary>Leadership is handed on under load, on whole nodes over TCP.</summary>
public sealed class TransferTests(ITestOutputHelper output)
{
    private const int Times = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public async Task Leaders_follow_one_another_under_load_and_nothing_is_lost_or_doubled(int lease)
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: new()
        {
            Configure = options => options.Protocol = options.Protocol with
            {
                LeaseDuration = TimeSpan.FromMilliseconds(lease),
            },
        });
        await using var client = cluster.CreateClient();
        _ = await client.ExecuteAsync(SumMachine.Add(0));
        using CancellationTokenSource stop = new();
        List<TimeSpan> pauses = [];
        var load = AddUntil(client, pauses, stop.Token);
        for (var time = 0; time < (lease == 0 ? Times : 3); time++)
        {
            await TransferAsync(cluster);
        }

        await stop.CancelAsync();
        var added = await load;
        Assert.Equal(added, SumMachine.Read((await client.QueryAsync(Array.Empty<byte>())).Result));
        var longest = pauses.OrderDescending().Take(Times).Select(pause => pause.TotalMilliseconds);
        output.WriteLine($"the longest commands, in ms: {string.Join(' ', longest.Select(pause => (int)pause))}");
    }

    [Fact]
    public async Task A_drained_node_is_stopped_and_nobody_waits_for_an_election()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        await using var client = cluster.CreateClient();
        _ = await client.ExecuteAsync(SumMachine.Add(1));
        var drained = cluster.LeaderIndex!.Value;
        using CancellationTokenSource timeout = new(Patience);
        Assert.Null(await new ClusterAdmin(cluster.Nodes[drained]!).DrainAsync(timeout.Token));
        await cluster.StopNodeAsync(drained);
        Assert.Equal(3, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(2))).Result));
        await cluster.StartNodeAsync(drained);
        await cluster.Nodes[drained]!.Ready.WaitAsync(Patience);
        Assert.False(cluster.Nodes[drained]!.Status!.IsDrained);
    }

    private static async Task TransferAsync(PaxosCluster cluster)
    {
        while (true)
        {
            await Eventually(() => cluster.LeaderIndex is not null);
            var leader = cluster.LeaderIndex!.Value;
            var next = cluster.Nodes[(leader + 1) % 3]!;
            var result = await new ClusterAdmin(cluster.Nodes[leader]!)
                .TransferLeadershipAsync(next.Name).WaitAsync(Patience);
            if (result.Error == TransferError.None)
            {
                Assert.Equal((string.Empty, next.Name), (result.Text, result.Leader));
                return;
            }

            // On a machine that starves a node an election may come between.
            Assert.Contains(result.Error, (TransferError[])[TransferError.NotLeader, TransferError.Superseded]);
        }
    }

    // Every result is the sum so far: one lost, doubled or out of order would show at once.
    private static async Task<long> AddUntil(IPaxosClient client, List<TimeSpan> pauses, CancellationToken stop)
    {
        await using var stream = await client.OpenStreamAsync(CancellationToken.None);
        var added = 0L;
        while (!stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            var result = await stream.ExecuteAsync(SumMachine.Add(1), CancellationToken.None);
            pauses.Add(Stopwatch.GetElapsedTime(began));
            Assert.Equal(++added, SumMachine.Read(result.Result));
        }

        return added;
    }

    private static async Task Eventually(Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "it did not come true in time");
            await Task.Delay(10);
        }
    }
}
