using System.Collections.Concurrent;

namespace PaxosSM.Hosting.Tests;

/// <summary>Optimistic delivery (R18) in whole clusters.</summary>
public sealed class OptimisticTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly OptimisticSums _sums = new();

    [Fact]
    public async Task Every_replica_confirms_what_it_showed_and_a_flush_is_the_barrier()
    {
        await using var cluster = await StartAsync(3);
        await using var client = cluster.CreateClient();
        await using var stream = await client.OpenStreamAsync();
        List<Task<CommandResult>> results = [];
        for (var number = 1; number <= 200; number++)
        {
            results.Add(stream.ExecuteAsync(SumMachine.Add(number)).AsTask());
            if (number % 20 == 0)
            {
                var ahead = await ReadAsync(client, ReadConsistency.Speculative);
                var after = await client.QueryAsync(Array.Empty<byte>(), ReadConsistency.After(ahead.Slot));
                Assert.True(after.Slot >= ahead.Slot);
            }
        }

        await stream.FlushAsync();
        var sum = 0L;
        for (var number = 1; number <= 200; number++)
        {
            sum += number;
            Assert.Equal(sum, SumMachine.Read((await results[number - 1]).Result));
        }

        Assert.Equal(sum, (await ReadAsync(client, ReadConsistency.Linearizable)).Sum);
        Assert.Equal(sum, (await ReadAsync(client, ReadConsistency.Speculative)).Sum);
        await Eventually(() => Task.FromResult(_sums.Confirmed > 0 && _sums.Open == 0));
    }

    [Fact]
    public async Task A_stream_tells_results_ahead_of_choice_and_what_is_chosen_is_what_counts()
    {
        await using var cluster = await StartAsync(3);
        await using var client = cluster.Nodes[cluster.LeaderIndex!.Value]!.CreateClient();
        await using var stream = await client.OpenStreamAsync();
        ConcurrentDictionary<long, TentativeResult> guessed = new();
        for (var number = 1; number <= 50; number++)
        {
            var place = number;
            var result = await stream.ExecuteAsync(SumMachine.Add(1), guess => guessed[place] = guess);
            Assert.Equal(number, SumMachine.Read(result.Result));
            if (guessed.TryGetValue(place, out var early) && early.Slot == result.Slot)
            {
                Assert.Equal(number, SumMachine.Read(early.Result));
            }
        }

        // The last one may be told a moment later than the result.
        await Eventually(() => Task.FromResult(!guessed.IsEmpty));
    }

    [Fact]
    public async Task What_was_shown_and_not_chosen_is_taken_back_on_every_replica_that_showed_it()
    {
        await using var cluster = await StartAsync(5);
        var leader = cluster.LeaderIndex!.Value;
        var follower = (leader + 1) % 5;
        await using var atLeader = cluster.Nodes[leader]!.CreateClient();
        await using var atFollower = cluster.Nodes[follower]!.CreateClient();
        await using var stream = await atLeader.OpenStreamAsync();
        var first = await stream.ExecuteAsync(SumMachine.Add(5));
        await atFollower.QueryAsync(Array.Empty<byte>(), ReadConsistency.After(first.Slot));
        for (var other = 2; other < 5; other++)
        {
            await cluster.StopNodeAsync((leader + other) % 5);
        }

        // Two of five vote for it, and show it; that is no choice, and no other query sees it.
        TaskCompletionSource<TentativeResult> early = new();
        var pending = stream.ExecuteAsync(SumMachine.Add(100), guess => early.TrySetResult(guess)).AsTask();
        Assert.Equal(105, SumMachine.Read((await early.Task.WaitAsync(Patience)).Result));
        Assert.False(pending.IsCompleted);
        foreach (var client in new[] { atLeader, atFollower })
        {
            await Eventually(async () => (await ReadAsync(client, ReadConsistency.Speculative)).Sum == 105);
            Assert.Equal(5, (await ReadAsync(client, ReadConsistency.Local)).Sum);
        }

        await cluster.StopNodeAsync(leader);
        await Eventually(async () => (await ReadAsync(atFollower, ReadConsistency.Speculative)).Sum == 5);
        await atLeader.DisposeAsync();
        await Assert.ThrowsAnyAsync<PaxosException>(() => pending);

        // Whoever leads next has heard of it or not: one or the other is chosen, and the same everywhere.
        for (var other = 2; other < 6; other++)
        {
            await cluster.StartNodeAsync((leader + other - (other == 5 ? 5 : 0)) % 5);
        }

        await cluster.WaitForLeaderAsync(Patience);
        await using var end = cluster.CreateClient();
        var last = await end.ExecuteAsync(SumMachine.Add(1000));
        Assert.Contains(SumMachine.Read(last.Result), new long[] { 1005, 1105 });
        for (var node = 0; node < 5; node++)
        {
            await using var client = cluster.Nodes[node]!.CreateClient();
            var state = await client.QueryAsync(Array.Empty<byte>(), ReadConsistency.After(last.Slot));
            Assert.Equal(SumMachine.Read(last.Result), SumMachine.Read(state.Result));
        }
    }

    // A leader that hears of no quorum any more goes on for a while: long enough to be looked at.
    private Task<PaxosCluster> StartAsync(int replicas) => PaxosCluster.StartEmbeddedAsync(
        () => new OptimisticSumMachine(_sums),
        replicas,
        new() { Configure = Configure });

    private static void Configure(PaxosOptions node)
    {
        node.Protocol = node.Protocol with { ElectionTimeout = TimeSpan.FromSeconds(10) };
        node.Client = node.Client with { Timeout = Patience };
    }

    private static async Task<(long Sum, Slot Slot)> ReadAsync(IPaxosClient client, ReadConsistency consistency)
    {
        var answer = await client.QueryAsync(Array.Empty<byte>(), consistency);
        return (SumMachine.Read(answer.Result), answer.Slot);
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using CancellationTokenSource end = new(Patience);
        while (!await condition())
        {
            await Task.Delay(20, end.Token);
        }
    }
}
