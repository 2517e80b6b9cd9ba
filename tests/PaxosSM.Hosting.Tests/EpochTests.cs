using System.Diagnostics;
using PaxosSM.Quorums;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests;

/// <summary>Members, roles and rules change under load, on whole nodes over TCP (R11..R16).</summary>
public sealed class EpochTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Epochs_follow_one_another_under_load_and_nothing_is_lost_or_doubled()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { Configure = SnapshotOften });
        await using var client = cluster.CreateClient();
        using CancellationTokenSource stop = new();
        var answered = 0L;
        var load = AddUntil(client, () => Interlocked.Increment(ref answered), 0, stop.Token);
        for (uint epoch = 1; epoch <= 100; epoch++)
        {
            var present = await PresentAsync(cluster, new(epoch));
            var result = await ChangeAsync(cluster, With(present, present.Members));
            Assert.Equal(epoch + 1, result.Epoch!.Epoch.Number);

            // Each epoch carries commands.
            var before = Interlocked.Read(ref answered);
            await Eventually(() => Interlocked.Read(ref answered) > before + 2);
        }

        await stop.CancelAsync();
        var added = await load;
        Assert.Equal(added, SumMachine.Read((await client.QueryAsync(Array.Empty<byte>())).Result));
    }

    [Fact]
    public async Task A_member_is_removed_comes_back_and_the_leader_can_remove_itself()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { Configure = SnapshotOften });
        await using var client = cluster.CreateClient();
        await Add(client, 10);
        var first = await PresentAsync(cluster, Epoch.First);
        var leader = cluster.LeaderIndex!.Value;
        var others = first.Members.Where(member => member.Id.Value != leader).ToArray();

        await ChangeAsync(cluster, With(first, others));
        await Add(client, 10);
        await Eventually(() => cluster.Nodes[leader]!.Status!.Roles == MemberRoles.None);
        Assert.Contains("no member of e2", cluster.Nodes[leader]!.Status!.Waiting, StringComparison.Ordinal);

        // The removed one is stopped, and started again later: it says what it is, and disturbs nobody.
        await cluster.StopNodeAsync(leader);
        await Add(client, 10);
        await cluster.StartNodeAsync(leader);
        await cluster.Nodes[leader]!.Ready.WaitAsync(Patience);
        await Add(client, 10);
        Assert.Equal(MemberRoles.None, cluster.Nodes[leader]!.Status!.Roles);

        var second = await PresentAsync(cluster, new(2));
        await ChangeAsync(cluster, With(second, first.Members), force: true);
        await Add(client, 10);
        await Eventually(() => cluster.Nodes[leader]!.Status is { } status
            && status.Roles == MemberRoles.All && status.Applied == cluster.Leader?.Status!.Applied);
        Assert.Equal(50, SumMachine.Read((await client.QueryAsync(Array.Empty<byte>())).Result));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // what was chosen before must come back from the log
    public async Task Nodes_restart_in_the_epoch_that_they_were_in_with_its_quorum_rule(bool snapshots)
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { Configure = snapshots ? SnapshotOften : _ => { } });
        await using var client = cluster.CreateClient();
        await Add(client, 100);
        var present = await PresentAsync(cluster, Epoch.First);
        await ChangeAsync(
            cluster, new(new(2), present.Members, QuorumRule.Flexible(3, 1)) { NextNumber = present.NextNumber });
        await Add(client, 100);
        for (var index = 0; index < 3; index++)
        {
            await cluster.StopNodeAsync(index);
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(index => cluster.StartNodeAsync(index)));
        await Add(client, 100);
        Assert.All(cluster.Nodes, node => Assert.Equal(new Epoch(2), node!.Status!.Epoch!.Epoch));
        Assert.Equal(300, SumMachine.Read((await client.QueryAsync(Array.Empty<byte>())).Result));

        // One vote chooses, and three promises lead: two members may be gone as long as nobody must take over.
        var leader = cluster.LeaderIndex!.Value;
        Assert.Equal("flexible 3/1", cluster.Nodes[leader]!.Status!.Epoch!.Configuration.Rule.ToString());
    }

    [Fact]
    public async Task What_can_not_work_is_refused_with_the_reason()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        var present = await PresentAsync(cluster, Epoch.First);
        var leader = cluster.Leader!;
        var follower = cluster.Nodes.First(node => node != leader)!;

        var next = With(present, present.Members);
        Assert.Equal(ReconfigurationError.NotLeader, (await follower.ReconfigureAsync(Epoch.First, next)).Error);
        Assert.Equal(ReconfigurationError.EpochSuperseded, (await leader.ReconfigureAsync(new(7), next)).Error);
        var stranger = present.Members[0] with { Id = new(9), Name = "x", Storage = new(Guid.NewGuid()) };
        var lost = await leader.ReconfigureAsync(Epoch.First, With(present, [stranger]));
        Assert.Equal(ReconfigurationError.WouldLoseQuorum, lost.Error);
        Assert.Contains("x", lost.Text, StringComparison.Ordinal);
        var swapped = present.Members[0] with { Storage = StorageId.None };
        var disk = await leader.ReconfigureAsync(Epoch.First, With(present, [swapped, .. present.Members.Skip(1)]));
        Assert.Equal(ReconfigurationError.Invalid, disk.Error);
        var split = await leader.ReconfigureAsync(
            Epoch.First, new(new(2), present.Members, QuorumRule.Flexible(1, 2)) { NextNumber = 3 });
        Assert.Equal(ReconfigurationError.Invalid, split.Error);
        Assert.Contains("need not meet", split.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_members_are_replaced_by_newcomers_and_old_addresses_still_find_the_cluster()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { Configure = SnapshotOften });
        await using var client = cluster.CreateClient();
        await Add(client, 200);
        var folder = Directory.CreateTempSubdirectory("paxossm-test-").FullName;
        List<PaxosNode> joining = [];
        try
        {
            var addresses = await StartJoiningAsync(cluster, folder, joining);
            using CancellationTokenSource stop = new();
            var answered = 0L;
            var load = AddUntil(client, () => Interlocked.Increment(ref answered), 200, stop.Token);
            await ReplaceAllAsync(cluster, joining, addresses);
            var before = Interlocked.Read(ref answered);
            await Eventually(() => Interlocked.Read(ref answered) > before + 10);
            await stop.CancelAsync();
            var added = await load;

            // Who knows nothing but the old members' addresses is sent on.
            await using var late = cluster.CreateClient();
            Assert.Equal(200 + added, SumMachine.Read((await late.QueryAsync(Array.Empty<byte>())).Result));
            Assert.All(cluster.Nodes, node => Assert.Equal(MemberRoles.None, node!.Status!.Roles));
            for (var index = 0; index < 3; index++)
            {
                await cluster.StopNodeAsync(index);
            }

            await Add(late, 10);
            Assert.Equal(210 + added, SumMachine.Read((await client.QueryAsync(Array.Empty<byte>())).Result));

            // R15 asks for f+1 caught-up learners: the last newcomer may come in after the change is answered.
            await Eventually(() => joining.TrueForAll(node => node.Status!.Roles == MemberRoles.All));
            Assert.All(joining, node => Assert.Equal(MemberRoles.All, node.Status!.Roles));
        }
        finally
        {
            await Task.WhenAll(joining.Select(node => node.DisposeAsync().AsTask()));
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ReplaceAllAsync(PaxosCluster cluster, List<PaxosNode> joining, string[] addresses)
    {
        MembershipChange change = new()
        {
            Add = [.. joining.Select((node, index) => new Member(
                new((ushort)(3 + index)), node.Name, addresses[index], MemberRoles.All, StorageId.None))],
            Remove = ["a", "b", "c"],
        };
        using CancellationTokenSource timeout = new(Patience);
        var result = await new ClusterAdmin(cluster.Leader!).ChangeAsync(change, null, timeout.Token);
        Assert.Equal((ReconfigurationError.None, string.Empty), (result.Error, result.Text));
    }

    private static async Task<string[]> StartJoiningAsync(
        PaxosCluster cluster, string folder, List<PaxosNode> joining)
    {
        string[] names = ["d", "e", "f"];
        List<PaxosOptions> all = [];
        foreach (var name in names)
        {
            PaxosOptions options = new()
            {
                Cluster = "embedded", Self = name, Data = Path.Combine(folder, name), Listen = "127.0.0.1:0",
            };
            SnapshotOften(options);
            for (var index = 0; index < 3; index++)
            {
                options.Members.Add(new(cluster.Nodes[index]!.Name, cluster.Addresses[index]));
            }

            foreach (var other in names)
            {
                options.Members.Add(new(other, $"127.0.0.1:{1 + options.Members.Count}", Joins: true));
            }

            all.Add(options);
            joining.Add(new(options, () => new SumMachine()));
        }

        string[] addresses = [.. joining.Select(node => node.Bind().ToString())];
        await Task.WhenAll(joining.Select(node => node.StartAsync()));
        return addresses;
    }

    private static void SnapshotOften(PaxosOptions options)
    {
        options.Snapshots = options.Snapshots with { SlotsMax = 50 };
        options.Protocol = options.Protocol with { TrimTailSlots = 10 };
    }

    private static Configuration With(Configuration present, IReadOnlyList<Member> members) =>
        new(present.Epoch.Next, members, present.Rule, present.Deal) { NextNumber = present.NextNumber };

    private static async Task<Configuration> PresentAsync(PaxosCluster cluster, Epoch epoch)
    {
        await Eventually(() => cluster.Leader?.Status!.Epoch!.Epoch == epoch);
        return cluster.Leader!.Status!.Epoch!.Configuration;
    }

    private static async Task<ReconfigurationResult> ChangeAsync(
        PaxosCluster cluster, Configuration next, bool force = false)
    {
        using CancellationTokenSource timeout = new(Patience);
        while (true)
        {
            if (cluster.Leader is not { } leader)
            {
                await Task.Delay(10, timeout.Token);
                continue;
            }

            var expected = new Epoch(next.Epoch.Number - 1);
            var result = await leader.ReconfigureAsync(expected, next, force, timeout.Token);
            if (result.Error != ReconfigurationError.NotLeader)
            {
                Assert.Equal(string.Empty, result.Text);
                return result;
            }
        }
    }

    // Every result is the sum so far: one lost, doubled or out of order would show at once.
    private static async Task<long> AddUntil(
        IPaxosClient client, Action answered, long sum, CancellationToken stop)
    {
        await using var stream = await client.OpenStreamAsync(CancellationToken.None);
        var added = 0L;
        while (!stop.IsCancellationRequested)
        {
            var result = await stream.ExecuteAsync(SumMachine.Add(1), CancellationToken.None);
            Assert.Equal(sum + ++added, SumMachine.Read(result.Result));
            answered();
        }

        return added;
    }

    private static async Task Add(IPaxosClient client, int count)
    {
        for (var index = 0; index < count; index++)
        {
            await Add(client.ExecuteAsync);
        }
    }

    private static async Task Add(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<CommandResult>> execute) =>
        _ = await execute(SumMachine.Add(1), CancellationToken.None);

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
