using System.Diagnostics;
using PaxosSM.Runtime.Groups;

namespace PaxosSM.Hosting.Tests;

/// <summary>Many groups on the nodes of one cluster: made and removed at run time, each with its own machine, log and
/// leader.</summary>
public sealed class HostedGroupsTests
{
    private static readonly EmbeddedOptions Many = new()
    {
        GroupMachines = _ => new SumMachine(),
        Configure = options => options.Protocol = options.Protocol with { QuiesceAfter = TimeSpan.FromSeconds(1) },
    };

    [Fact]
    public async Task A_group_made_at_one_node_serves_at_all()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: Many);

        var group = await cluster.Nodes[1]!.Groups.CreateAsync("accounts");

        await EverywhereAsync(cluster, node => node.Groups.StatusOf(group.Id) is not null);
        for (var node = 0; node < 3; node++)
        {
            await using var client = cluster.Nodes[node]!.Groups.CreateClient(group.Id);
            Assert.Equal(node + 1, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(1))).Result));
        }

        await using var remote = cluster.CreateClient(new() { Group = group.Id });
        var sum = await remote.QueryAsync(default, ReadConsistency.Linearizable);
        Assert.Equal(3, SumMachine.Read(sum.Result));

        // The first group knows nothing of it.
        await using var first = cluster.CreateClient();
        Assert.Equal(0, SumMachine.Read((await first.QueryAsync(default, ReadConsistency.Linearizable)).Result));
    }

    [Fact]
    public async Task A_call_that_is_repeated_finds_the_group_and_another_kind_is_refused()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: Many);
        var groups = cluster.Nodes[0]!.Groups;

        var made = await groups.CreateAsync("accounts", "sum");
        var again = await groups.CreateAsync("accounts", "sum");
        var refused = await Assert.ThrowsAsync<PaxosException>(() => groups.CreateAsync("accounts", "other"));

        Assert.Equal(made.Id, again.Id);
        Assert.Contains("'accounts' is of the kind 'sum'", refused.Message, StringComparison.Ordinal);
        Assert.Throws<PaxosException>(() => groups.CreateClient(new(99)));
    }

    [Fact]
    public async Task A_removed_group_is_gone_and_one_of_its_name_begins_empty()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: Many);
        var groups = cluster.Nodes[0]!.Groups;
        var before = await groups.CreateAsync("accounts");
        await using var client = groups.CreateClient(before.Id);
        await client.ExecuteAsync(SumMachine.Add(5));

        Assert.True(await groups.RemoveAsync("accounts"));
        Assert.False(await groups.RemoveAsync("accounts"));

        await EverywhereAsync(cluster, node => node.Groups.StatusOf(before.Id) is null);
        var refused = await Assert.ThrowsAsync<PaxosException>(
            async () => await client.ExecuteAsync(SumMachine.Add(1)));
        Assert.Contains($"{before.Id} was removed", refused.Message, StringComparison.Ordinal);
        var after = await groups.CreateAsync("accounts");
        Assert.NotEqual(before.Id, after.Id);
        await using var fresh = groups.CreateClient(after.Id);
        Assert.Equal(1, SumMachine.Read((await fresh.ExecuteAsync(SumMachine.Add(1))).Result));
    }

    [Fact]
    public async Task Groups_outlive_restarts_and_removed_ones_do_not()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: Many);
        var groups = cluster.Nodes[0]!.Groups;
        var kept = await groups.CreateAsync("kept");
        var gone = await groups.CreateAsync("gone");
        foreach (var group in (GroupInfo[])[kept, gone])
        {
            await using var client = groups.CreateClient(group.Id);
            await client.ExecuteAsync(SumMachine.Add(7));
        }

        await groups.RemoveAsync("gone");
        for (var node = 0; node < 3; node++)
        {
            await cluster.StopNodeAsync(node);
        }

        for (var node = 0; node < 3; node++)
        {
            await cluster.StartNodeAsync(node);
        }

        await EverywhereAsync(cluster, node => node.Status is not null && node.Groups.StatusOf(kept.Id) is not null);
        await using var again = cluster.CreateClient(new() { Group = kept.Id });
        Assert.Equal(8, SumMachine.Read((await again.ExecuteAsync(SumMachine.Add(1))).Result));
        Assert.All(cluster.Nodes, node => Assert.Equal("kept", Assert.Single(node!.Groups.All).Name));
        Assert.All(cluster.Nodes, node => Assert.Null(node!.Groups.StatusOf(gone.Id)));
    }

    [Fact]
    public async Task A_group_survives_the_loss_of_a_node_that_led_it()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: Many);
        var group = await cluster.Nodes[0]!.Groups.CreateAsync("accounts");
        await using var client = cluster.CreateClient(new() { Group = group.Id });
        await client.ExecuteAsync(SumMachine.Add(1));
        await EverywhereAsync(cluster, node => node.Groups.StatusOf(group.Id) is { Rests: true });
        var leader = cluster.Nodes[0]!.Groups.StatusOf(group.Id)!.Leader.Value;

        await cluster.StopNodeAsync(leader);

        Assert.Equal(3, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(2))).Result));
    }

    [Fact]
    public async Task All_members_are_replaced_by_newcomers_and_the_catalog_and_the_groups_go_with_them()
    {
        await using NewcomersRig rig = new(Many);
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: Many);
        var group = await cluster.Nodes[0]!.Groups.CreateAsync("accounts");
        await using (var client = cluster.Nodes[0]!.Groups.CreateClient(group.Id))
        {
            await client.ExecuteAsync(SumMachine.Add(7));
        }

        await rig.StartAsync(cluster, 3);
        await rig.ReplaceAllAsync(cluster);
        await rig.ReplaceAllAsync(cluster, group.Id);

        // R14: before enough have started nobody may be stopped for ever; of the catalog's members neither.
        await RestoreRig.Eventually(() => rig.Nodes.All(node =>
            node.Status is { Roles: MemberRoles.All }
            && node.Groups.StatusOf(group.Id) is { Roles: MemberRoles.All }));
        for (var index = 0; index < 3; index++)
        {
            await cluster.StopNodeAsync(index);
        }

        var later = await rig.Nodes[1].Groups.CreateAsync("later");
        foreach (var (id, sum) in new[] { (group.Id, 8), (later.Id, 1) })
        {
            await using var client = rig.Nodes[1].Groups.CreateClient(id);
            Assert.Equal(sum, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(1))).Result));
        }

        Assert.True(await rig.Nodes[2].Groups.RemoveAsync("accounts"));
    }

    [Fact]
    public async Task A_group_that_rests_lets_go_of_the_log_that_others_fill()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: Many with
        {
            Configure = options =>
            {
                options.Protocol = options.Protocol with { QuiesceAfter = TimeSpan.FromMilliseconds(500) };
                options.Log = options.Log with { SegmentBytes = 64 * 1024, FirstSegmentBytes = 64 * 1024 };
                options.Snapshots = options.Snapshots with { SlotsMax = 100 };
            },
        });
        var quiet = await cluster.Nodes[0]!.Groups.CreateAsync("quiet");
        await using (var client = cluster.Nodes[0]!.Groups.CreateClient(quiet.Id))
        {
            await RestoreRig.AddAsync(client, 3);
        }

        using CancellationTokenSource stop = new();
        var load = FillAsync(cluster, stop.Token);
        await RestoreRig.Eventually(() => Segments(cluster).All(numbers => numbers.Last() > 20));
        await RestoreRig.Eventually(() => Segments(cluster).All(numbers => numbers.First() > 10));
        await stop.CancelAsync();
        await load;
        for (var index = 0; index < 3; index++)
        {
            await cluster.StopNodeAsync(index);
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(index => cluster.StartNodeAsync(index)));
        await cluster.Nodes[0]!.Ready.WaitAsync(TimeSpan.FromSeconds(30));
        await RestoreRig.Eventually(() => cluster.Nodes[0]!.Groups.StatusOf(quiet.Id) is not null);
        await using var late = cluster.Nodes[0]!.Groups.CreateClient(quiet.Id);
        Assert.Equal(4, SumMachine.Read((await late.ExecuteAsync(SumMachine.Add(1))).Result));
    }

    [Fact]
    public async Task A_machine_that_cannot_be_made_stops_its_group_only()
    {
        var options = Many with
        {
            GroupMachines = group => group.Kind == "bad"
                ? throw new InvalidOperationException("no such machine")
                : new SumMachine(),
        };
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: options);
        var groups = cluster.Nodes[0]!.Groups;

        var refused = await Assert.ThrowsAsync<PaxosException>(() => groups.CreateAsync("a", "bad"));

        Assert.Contains("does not start here: no such machine", refused.Message, StringComparison.Ordinal);
        var good = await groups.CreateAsync("b");
        await using var client = groups.CreateClient(good.Id);
        Assert.Equal(1, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(1))).Result));
    }

    [Fact]
    public async Task What_is_no_command_of_the_catalog_stops_nobody()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: Many);
        await using var client = cluster.CreateClient(new() { Group = GroupCatalog.Id });
        var whole = GroupCatalog.Create("cut", string.Empty, new(Epoch.First, []));

        GroupRestoration endless = new(Guid.NewGuid(), new(3), new(uint.MaxValue), new(1), new(1));
        GroupRestoration last = new(Guid.NewGuid(), new(ulong.MaxValue), new(1), new(1), new(1));
        byte[][] commands =
        [
            [], [9], [1, 255, 255, 255, 255], whole[..^1], [3, .. whole[1..]],
            GroupCatalog.Create("endless", string.Empty, new(Epoch.First, []), endless),
            GroupCatalog.Create("last", string.Empty, new(Epoch.First, []), last),
        ];

        foreach (var nonsense in commands)
        {
            var (done, group) = GroupCatalog.ReadResult((await client.ExecuteAsync(nonsense)).Result.Span);
            Assert.Equal((false, default(GroupId)), (done, group));
        }

        var made = await cluster.Nodes[0]!.Groups.CreateAsync("a");
        Assert.Equal([made.Id], cluster.Nodes[0]!.Groups.All.Select(each => each.Id));
    }

    [Fact]
    public async Task A_cluster_without_group_machines_says_so()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(replicas: 1);

        var refused = await Assert.ThrowsAsync<PaxosException>(() => cluster.Nodes[0]!.Groups.CreateAsync("a"));

        Assert.Contains("it was given no GroupMachines", refused.Message, StringComparison.Ordinal);
    }

    private static async Task EverywhereAsync(PaxosCluster cluster, Func<PaxosNode, bool> holds)
    {
        var began = Stopwatch.StartNew();
        while (!cluster.Nodes.All(node => node is null || Holds(node)))
        {
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(30), "it does not hold everywhere in 30 s");
            await Task.Delay(10);
        }

        bool Holds(PaxosNode node)
        {
            try
            {
                return holds(node);
            }
            catch (PaxosException)
            {
                return false; // it is starting
            }
        }
    }

    // Wide commands, many at once: whole segments of them.
    private static async Task FillAsync(PaxosCluster cluster, CancellationToken stop)
    {
        await using var client = cluster.CreateClient();
        var command = new byte[4096];
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => client.ExecuteAsync(command).AsTask()));
        }
    }

    private static IEnumerable<long[]> Segments(PaxosCluster cluster) => Enumerable.Range(0, 3).Select(index =>
        Directory.GetFiles(Path.Combine(cluster.DataOf(index), "log"), "*.wal")
            .Select(path => Convert.ToInt64(Path.GetFileNameWithoutExtension(path), 16)).Order().ToArray());
}
