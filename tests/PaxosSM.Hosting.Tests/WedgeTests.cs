using System.Diagnostics;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests;

/// <summary>A group is wedged for maintenance, and unwedged, under load, on whole nodes over TCP.</summary>
public sealed class WedgeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Under_load_nothing_is_lost_or_doubled_and_every_read_is_served_while_it_lasts()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        await using var client = cluster.CreateClient();
        using CancellationTokenSource stop = new();
        var answered = 0L;
        var load = AddUntil(client, () => Interlocked.Increment(ref answered), stop.Token);
        for (var round = 0; round < 3; round++)
        {
            var before = Interlocked.Read(ref answered);
            await Eventually(() => Interlocked.Read(ref answered) > before + 20);
            var wedged = await SetAsync(cluster, true);
            Assert.True(wedged.Epoch!.Configuration.IsWedged);
            await Eventually(() => cluster.Nodes.All(node => node!.Status is { IsWedged: true } status
                && status.Applied >= wedged.Epoch.Base && status.Leader != NodeId.None));
            var sums = await SumsAsync(client);
            Assert.Single(sums.Concat(await SumsAsync(client)).Distinct());

            await RefusedAsync(() => client.ExecuteAsync(SumMachine.Add(0)));

            // Done already: no epoch more.
            Assert.Equal(wedged.Epoch, (await SetAsync(cluster, true)).Epoch);
            Assert.False((await SetAsync(cluster, false)).Epoch!.Configuration.IsWedged);
        }

        await stop.CancelAsync();
        var added = await load;
        Assert.Equal(added, SumMachine.Read((await client.QueryAsync(Array.Empty<byte>())).Result));
    }

    [Fact]
    public async Task A_session_outlives_a_wedge_that_is_longer_than_its_expiry_and_a_restart_ends_no_wedge()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        await using var client = cluster.CreateClient(new() { SessionTimeout = TimeSpan.FromSeconds(1) });
        await using var stream = await client.OpenStreamAsync();
        Assert.Equal(1, SumMachine.Read((await stream.ExecuteAsync(SumMachine.Add(1))).Result));
        var wedged = await SetAsync(cluster, true);
        var began = Stopwatch.GetTimestamp();
        await Eventually(() => cluster.LeaderIndex is not null);
        var restarted = (cluster.LeaderIndex!.Value + 1) % 3;
        await cluster.StopNodeAsync(restarted);
        await cluster.StartNodeAsync(restarted);
        await cluster.Nodes[restarted]!.Ready.WaitAsync(Patience);
        await Eventually(() => cluster.Nodes[restarted]!.Status!.IsWedged);
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(3))
        {
            await RefusedAsync(() => stream.ExecuteAsync(SumMachine.Add(0)));
            await Task.Delay(100);
        }

        // Another change keeps it, and one that means another epoch is told so.
        var late = await SetAsync(cluster, false, new(1));
        Assert.Equal(ReconfigurationError.EpochSuperseded, late.Error);
        await Eventually(() => cluster.Leader is not null);
        Assert.Equal(wedged.Epoch, cluster.Leader!.Status!.Epoch);
        var changed = await AtLeaderAsync(
            cluster, (admin, token) => admin.ChangeAsync(new() { Deal = DealPolicy.AllProposers }, null, token));
        Assert.True(changed.Epoch!.Configuration.IsWedged);
        Assert.False((await SetAsync(cluster, false)).Epoch!.Configuration.IsWedged);
        Assert.Equal(3, SumMachine.Read((await EventuallyAsync(() => stream.ExecuteAsync(SumMachine.Add(2)))).Result));
        Assert.Equal(1, stream.Session.Value);
    }

    [Fact]
    public async Task A_hosted_group_is_wedged_by_itself()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { GroupMachines = _ => new SumMachine() });
        var group = (await cluster.Nodes[0]!.Groups.CreateAsync("one")).Id;
        await using var first = cluster.CreateClient();
        await using var hosted = cluster.CreateClient(new() { Group = group });
        Assert.Equal(1, SumMachine.Read((await hosted.ExecuteAsync(SumMachine.Add(1))).Result));
        await Eventually(() => LeaderOf(cluster, group) is not null);
        var leader = LeaderOf(cluster, group)!;
        var present = leader.Groups.StatusOf(group)!.Epoch!.Configuration;
        var result = await leader.Groups.ReconfigureAsync(group, present.Epoch, present.InNextEpoch(wedged: true));
        Assert.Equal(ReconfigurationError.None, result.Error);
        await Eventually(() => cluster.Nodes.All(node => node!.Groups.StatusOf(group) is { IsWedged: true } status
            && status.Leader != NodeId.None));
        await Eventually(() => hosted.ExecuteAsync(SumMachine.Add(1)).AsTask() is { IsFaulted: true });
        Assert.Equal(1, SumMachine.Read((await hosted.QueryAsync(Array.Empty<byte>())).Result));
        Assert.Equal(5, SumMachine.Read((await first.ExecuteAsync(SumMachine.Add(5))).Result));
    }

    private static PaxosNode? LeaderOf(PaxosCluster cluster, GroupId group) => cluster.Nodes.FirstOrDefault(node =>
        node!.Groups.StatusOf(group) is { } status && status.Leader == status.Self);

    // Every kind of read that a client may ask for.
    private static async Task<long[]> SumsAsync(IPaxosClient client)
    {
        ReadConsistency[] kinds =
        [
            ReadConsistency.Linearizable, ReadConsistency.Lease, ReadConsistency.Local,
            ReadConsistency.NoOlderThan(Patience), ReadConsistency.After(new(1)),
        ];
        List<long> sums = [];
        foreach (var kind in kinds)
        {
            sums.Add(SumMachine.Read((await client.QueryAsync(Array.Empty<byte>(), kind)).Result));
        }

        return [.. sums];
    }

    private static Task<ReconfigurationResult> SetAsync(PaxosCluster cluster, bool wedged, Epoch? expected = null) =>
        AtLeaderAsync(cluster, (admin, token) => wedged
            ? admin.WedgeAsync(expected, null, token)
            : admin.UnwedgeAsync(expected, null, token));

    private static async Task<ReconfigurationResult> AtLeaderAsync(
        PaxosCluster cluster, Func<ClusterAdmin, CancellationToken, Task<ReconfigurationResult>> ask)
    {
        using CancellationTokenSource timeout = new(Patience);
        while (true)
        {
            await Eventually(() => cluster.Leader is not null);
            if (cluster.Leader is { } leader
                && await ask(new(leader), timeout.Token) is { Error: not ReconfigurationError.NotLeader } result)
            {
                return result;
            }
        }
    }

    // Every result is the sum so far: one lost, doubled or out of order would show at once. What is refused is asked
    // for again, and was not applied.
    private static async Task<long> AddUntil(
        IPaxosClient client, Action answered, CancellationToken stop)
    {
        await using var stream = await client.OpenStreamAsync(CancellationToken.None);
        var added = 0L;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var result = await stream.ExecuteAsync(SumMachine.Add(1), CancellationToken.None);
                Assert.Equal(++added, SumMachine.Read(result.Result));
                answered();
            }
            catch (PaxosException wedged) when (wedged.Error == PaxosError.Wedged)
            {
                await Task.Delay(10, CancellationToken.None);
            }
        }

        return added;
    }

    // Until the client has heard that the group takes none: what it sent before waits, and changes no sum.
    private static async Task RefusedAsync(Func<ValueTask<CommandResult>> execute)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var command = execute().AsTask();
            await Task.WhenAny(command, Task.Delay(100));
            if (command.Exception is { InnerException: PaxosException refused })
            {
                Assert.Equal((PaxosError.Wedged, false), (refused.Error, refused.OutcomeUnknown));
                return;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "it is not refused in time");
        }
    }

    // Until the client has heard that the group takes commands again.
    private static async Task<CommandResult> EventuallyAsync(Func<ValueTask<CommandResult>> execute)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await execute();
            }
            catch (PaxosException wedged) when (wedged.Error == PaxosError.Wedged)
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "it is not unwedged in time");
                await Task.Delay(10);
            }
        }
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
