using PaxosSM.Storage;

namespace PaxosSM.Hosting.Tests;

/// <summary>A quorum is gone for ever, and an operator has the survivors go on (R33), over TCP.</summary>
public sealed class ForceTests : IDisposable
{
    private readonly ForceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(5, new[] { 3, 4 }, false)]
    [InlineData(5, new[] { 1 }, true)]
    [InlineData(3, new[] { 0 }, false)]
    public async Task Survivors_go_on_with_a_prefix_of_what_was_sent_in_a_fork_of_their_own(
        int replicas, int[] survivors, bool snapshots)
    {
        await using var cluster = await _rig.StartAsync(replicas, snapshots);
        const int sent = 200;
        await ForceRig.LoadAsync(cluster, sent);
        var lost = cluster.Nodes[0]!.Identity!.Fork;
        await ForceRig.KeepUpAsync(cluster, survivors, Triangle(sent));
        await ForceRig.StopAllAsync(cluster);

        var plan = await ForceRig.CollectAsync(cluster, survivors);
        Assert.Null(plan.Problem);
        Assert.Contains("are lost", plan.ToString(), StringComparison.Ordinal);
        await ForceRig.ApplyAsync(cluster, survivors, plan);
        await Task.WhenAll(survivors.Select(index => cluster.StartNodeAsync(index)));

        await using var client = cluster.CreateClient();
        var sum = await RestoreRig.SumAsync(client);
        // The survivors had been told everything before the end: nothing is lost here.
        Assert.True(Triangle(sent) == sum, $"{sum}: {plan}");
        await RestoreRig.AddAsync(client, 10);
        Assert.Equal(sum + 10, await RestoreRig.SumAsync(client));

        var leader = await cluster.WaitForLeaderAsync(ForceRig.Patience);
        Assert.Equal(plan.Fork, leader.Identity!.Fork);
        Assert.NotEqual(lost, plan.Fork);
        Assert.Equal(plan.Fork, leader.Status!.Epoch!.Configuration.Fork);
        Assert.Equal(survivors.Length, leader.Status.Epoch.Configuration.Members.Count);

        // A session of before is known, with its results; one of now has a number that none of before had.
        await using RawSession fresh = new(ClusterName.Digest(ForceRig.Cluster), cluster.Addresses);
        await fresh.OpenAsync();
        Assert.True(fresh.Id.Value > 1L << 32, $"{fresh.Id}");

        // It stays so over restarts.
        foreach (var index in survivors)
        {
            await cluster.StopNodeAsync(index);
            await cluster.StartNodeAsync(index);
        }

        Assert.Equal(sum + 10, await RestoreRig.SumAsync(client));
    }

    [Fact]
    public async Task Survivors_that_lagged_go_on_with_a_prefix_of_what_was_acknowledged()
    {
        await using var cluster = await _rig.StartAsync(5, snapshots: false);
        await ForceRig.LoadAsync(cluster, 50);
        await ForceRig.KeepUpAsync(cluster, [3, 4], Triangle(50));
        await cluster.StopNodeAsync(3);
        await cluster.StopNodeAsync(4);
        await ForceRig.LoadAsync(cluster, 50);
        await ForceRig.StopAllAsync(cluster);

        var plan = await ForceRig.CollectAsync(cluster, [3, 4]);
        await ForceRig.ApplyAsync(cluster, [3, 4], plan);
        await Task.WhenAll(cluster.StartNodeAsync(3), cluster.StartNodeAsync(4));
        await using var client = cluster.CreateClient();
        Assert.Equal(Triangle(50), await RestoreRig.SumAsync(client));
    }

    [Fact]
    public async Task Who_was_taken_for_lost_and_comes_back_is_refused_and_a_newcomer_is_let_in()
    {
        await using var cluster = await _rig.StartAsync(3, snapshots: true);
        await ForceRig.LoadAsync(cluster, 100);
        await ForceRig.StopAllAsync(cluster);
        await ForceRig.ApplyAsync(cluster, [2], await ForceRig.CollectAsync(cluster, [2]));
        await cluster.StartNodeAsync(2);
        await using var client = cluster.CreateClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        await RestoreRig.AddAsync(client, 1);

        // The two others are a quorum of the fork before: they go on there, for themselves, and nobody mixes them up.
        await cluster.StartNodeAsync(0);
        await cluster.StartNodeAsync(1);
        await RestoreRig.Eventually(() => cluster.Nodes[0]!.Status is { } status && status.Leader != NodeId.None);
        Assert.NotEqual(cluster.Nodes[0]!.Identity!.Fork, cluster.Nodes[2]!.Identity!.Fork);
        Assert.NotEqual(new NodeId(2), cluster.Nodes[0]!.Status!.Leader);
        Assert.Equal(new NodeId(2), cluster.Nodes[2]!.Status!.Leader);
        var sum = await RestoreRig.SumAsync(client);
        await RestoreRig.AddAsync(client, 20);
        Assert.Equal(sum + 20, await RestoreRig.SumAsync(client));
        await cluster.StopNodeAsync(0);
        await cluster.StopNodeAsync(1);

        PaxosOptions options = ForceRig.OptionsOf(cluster, 2);
        options.Members.Add(new("d", "127.0.0.1:1", Joins: true));
        options.Self = "d";
        options.Data = Path.Combine(_rig.Folder, "d");
        options.Listen = "127.0.0.1:0";
        await using PaxosNode joining = new(options, () => new SumMachine());
        MembershipChange change = new()
        {
            Add = [new(new(3), "d", joining.Bind().ToString(), MemberRoles.All, StorageId.None)],
        };
        await joining.StartAsync();
        var changed = await new ClusterAdmin(cluster.Nodes[2]!).ChangeAsync(change);
        Assert.Equal((string.Empty, 3u), (changed.Text, changed.Epoch?.Epoch.Number));
        Assert.Equal(cluster.Nodes[2]!.Identity!.Fork, changed.Epoch!.Configuration.Fork);
        await RestoreRig.Eventually(() => joining.Status?.Roles == MemberRoles.All);
        Assert.Equal(cluster.Nodes[2]!.Identity!.Fork, joining.Identity!.Fork);
        Assert.Equal(cluster.Nodes[2]!.Identity!.Origin, joining.Identity!.Origin);
        await RestoreRig.AddAsync(client, 1);
    }

    [Fact]
    public async Task Every_group_that_the_survivors_hold_goes_on()
    {
        await using var cluster = await _rig.StartAsync(3, snapshots: false);
        List<GroupId> groups = [];
        for (var index = 0; index < 5; index++)
        {
            var group = await cluster.Leader!.Groups.CreateAsync($"group{index}");
            groups.Add(group.Id);
            await using var client = cluster.CreateClient(new() { Group = group.Id });
            await RestoreRig.AddAsync(client, 10 + index);
            await RestoreRig.Eventually(() => cluster.Nodes[1]!.Groups.StatusOf(group.Id) is not null);
            await ForceRig.KeepUpAsync(cluster, [1], 10 + index, group.Id);
        }

        await ForceRig.StopAllAsync(cluster);
        var plan = await ForceRig.CollectAsync(cluster, [1]);
        Assert.Equal(2 + groups.Count, plan.Groups.Count(end => end.IsForced));
        await ForceRig.ApplyAsync(cluster, [1], plan);
        await cluster.StartNodeAsync(1);
        for (var index = 0; index < groups.Count; index++)
        {
            await using var client = cluster.CreateClient(new() { Group = groups[index] });
            await RestoreRig.AddAsync(client, 1);
            Assert.Equal(11 + index, await RestoreRig.SumAsync(client));
        }

        await using var fresh = cluster.Nodes[1]!.Groups.CreateClient(
            (await cluster.Nodes[1]!.Groups.CreateAsync("later")).Id);
        Assert.Equal(1, SumMachine.Read((await fresh.ExecuteAsync(SumMachine.Add(1))).Result));
    }

    [Fact]
    public async Task What_is_not_the_operators_word_on_this_very_plan_is_refused_and_until_then_nobody_serves()
    {
        await using var cluster = await _rig.StartAsync(5, snapshots: false);
        await ForceRig.LoadAsync(cluster, 20);
        await ForceRig.StopAllAsync(cluster);

        await RefusedAsync("must be among", () => CollectAt(cluster, 0, ["b"]));
        await RefusedAsync("'x' is not in", () => CollectAt(cluster, 0, ["a", "x"]));
        await RefusedAsync("not held still", () => AbandonAt(cluster, 0));

        var quorum = await ForceRig.CollectAsync(cluster, [0, 1, 2]);
        Assert.Contains("quorum of every group", quorum.Problem, StringComparison.Ordinal);
        await RefusedAsync("quorum", () => ApplyAt(cluster, 0, quorum, quorum.Fork));

        var two = await ForceRig.CollectAsync(cluster, [0, 1]);
        var again = await ForceRig.CollectAsync(cluster, [0, 1]);
        Assert.NotEqual(two.Fork, again.Fork);
        await RefusedAsync("say its fork", () => ApplyAt(cluster, 0, again, two.Fork));
        await RefusedAsync("not held still for", () => ApplyAt(cluster, 0, two, two.Fork));
        await RefusedAsync("not held still for", () => ApplyAt(cluster, 3, again, again.Fork));
        var one = await CollectAt(cluster, 4, ["e"]);
        Assert.Throws<PaxosConfigurationException>(() => ForcePlan.Of([.. again.Reports, one]));
        Assert.Throws<PaxosConfigurationException>(() => ForcePlan.Of([again.Reports[0]]));
        Assert.Throws<PaxosConfigurationException>(() => ForcePlan.Of([]));

        var held = await Assert.ThrowsAsync<DataDirectoryException>(() => cluster.StartNodeAsync(0));
        Assert.Contains("held still", held.Message, StringComparison.Ordinal);
        for (var index = 0; index < 5; index++)
        {
            if (index != 3)
            {
                await AbandonAt(cluster, index);
            }

            await cluster.StartNodeAsync(index);
        }

        await using var client = cluster.CreateClient();
        await RestoreRig.AddAsync(client, 1);
        await ForceRig.StopAllAsync(cluster);
        var plan = await ForceRig.CollectAsync(cluster, [0, 1]);
        await ForceRig.ApplyAsync(cluster, [0, 1], plan);
        await ForceRig.ApplyAsync(cluster, [0], plan); // again, as after a crash
        await RefusedAsync("no way back", () => AbandonAt(cluster, 0));
    }

    [Fact]
    public async Task A_report_survives_its_file_and_a_damaged_one_is_refused()
    {
        await using var cluster = await _rig.StartAsync(3, snapshots: true);
        await ForceRig.LoadAsync(cluster, 50);
        await ForceRig.StopAllAsync(cluster);
        var report = (await ForceRig.CollectAsync(cluster, [1])).Reports[0];
        var bytes = report.Encode();
        var read = ForceReport.Decode(bytes);
        Assert.Equal(report.Id, read.Id);
        Assert.Equal(ForcePlan.Of([report]).Fork, ForcePlan.Of([read]).Fork);
        for (var at = 0; at < bytes.Length; at += 1 + (bytes.Length / 200))
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x40;
            if (at is < 6 or > 7)
            {
                Assert.Throws<InvalidDataException>(() => ForceReport.Decode(damaged));
            }

            Assert.Throws<InvalidDataException>(() => ForceReport.Decode(bytes.AsSpan(0, at)));
        }
    }

    private static long Triangle(long count) => count * (count + 1) / 2;

    private static Task<ForceReport> CollectAt(PaxosCluster cluster, int index, string[] survivors) =>
        ClusterForce.CollectAsync(ForceRig.OptionsOf(cluster, index), survivors);

    private static Task ApplyAt(PaxosCluster cluster, int index, ForcePlan plan, ForkId word) =>
        ClusterForce.ApplyAsync(ForceRig.OptionsOf(cluster, index), plan, word);

    private static Task AbandonAt(PaxosCluster cluster, int index) =>
        ClusterForce.AbandonAsync(ForceRig.OptionsOf(cluster, index));

    private static async Task RefusedAsync(string why, Func<Task> act)
    {
        var refused = await Assert.ThrowsAsync<PaxosConfigurationException>(act);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }
}
