using PaxosSM.Client;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests;

/// <summary>Every kind of read against a real cluster, at the leader and at a follower (R20, R21).</summary>
public sealed class ReadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Linearizable_and_lease_reads_see_what_was_acknowledged_anywhere(bool atLeader)
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        var leader = cluster.LeaderIndex!.Value;
        await using var writer = cluster.Nodes[leader]!.CreateClient();
        await using var reader = cluster.Nodes[atLeader ? leader : (leader + 1) % 3]!.CreateClient();
        for (long sum = 1; sum <= 100; sum++)
        {
            await writer.ExecuteAsync(SumMachine.Add(1));
            var consistency = sum % 2 == 0 ? ReadConsistency.Linearizable : ReadConsistency.Lease;
            Assert.Equal(sum, SumMachine.Read((await reader.QueryAsync(Array.Empty<byte>(), consistency)).Result));
        }
    }

    [Fact]
    public async Task A_followers_state_is_read_as_it_stands_or_after_a_slot_or_within_an_age_that_it_tells()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        var leader = cluster.LeaderIndex!.Value;
        await using var writer = cluster.Nodes[leader]!.CreateClient();
        await using var reader = cluster.Nodes[(leader + 1) % 3]!.CreateClient();
        var written = await writer.ExecuteAsync(SumMachine.Add(3));

        var after = await reader.QueryAsync(Array.Empty<byte>(), ReadConsistency.After(written.Slot));
        Assert.Equal(3, SumMachine.Read(after.Result));
        Assert.True(after.Slot >= written.Slot);

        var young = TimeSpan.FromSeconds(5);
        var bounded = await reader.QueryAsync(Array.Empty<byte>(), ReadConsistency.NoOlderThan(young));
        Assert.Equal(3, SumMachine.Read(bounded.Result));
        Assert.InRange(bounded.Age, TimeSpan.Zero, young);

        var local = await reader.QueryAsync(Array.Empty<byte>(), ReadConsistency.Local);
        Assert.True(local.Slot >= after.Slot);
    }

    [Fact]
    public async Task Without_a_quorum_only_reads_that_ask_for_none_are_answered()
    {
        var options = new EmbeddedOptions
        {
            Configure = node => node.Client = node.Client with { Timeout = TimeSpan.FromSeconds(2) },
        };
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: options);
        var left = (cluster.LeaderIndex!.Value + 1) % 3;
        await using var reader = cluster.Nodes[left]!.CreateClient();
        var written = await reader.ExecuteAsync(SumMachine.Add(3));
        await cluster.StopNodeAsync((left + 1) % 3);
        await cluster.StopNodeAsync((left + 2) % 3);

        var after = await reader.QueryAsync(Array.Empty<byte>(), ReadConsistency.After(written.Slot));
        Assert.Equal(3, SumMachine.Read(after.Result));
        foreach (var consistency in (ReadConsistency[])[ReadConsistency.Linearizable, ReadConsistency.Lease])
        {
            var failure = await Assert.ThrowsAsync<PaxosException>(
                async () => await reader.QueryAsync(Array.Empty<byte>(), consistency));
            Assert.Equal(PaxosError.Timeout, failure.Error);
            Assert.Contains("no quorum", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_replica_whose_state_differs_halts_and_names_the_slot_while_the_others_go_on()
    {
        var made = 0;
        var options = new EmbeddedOptions
        {
            Configure = node => node.Protocol = node.Protocol with { CheckpointSlots = 8 },
        };
        await using var cluster = await PaxosCluster.StartEmbeddedAsync(
            () => new SumMachine(Interlocked.Increment(ref made) == 2 ? 1UL : 0), replicas: 3, options);
        await using var client = cluster.CreateClient(new PaxosClientOptions { Timeout = TimeSpan.FromSeconds(20) });

        // Commands may outrun the ticks by which checkpoints are told and statuses are made.
        for (var turn = 0; turn < 20_000 && Statuses(cluster).All(status => status.Halted is null); turn++)
        {
            await client.ExecuteAsync(SumMachine.Add(1));
        }

        for (var turn = 0; turn < 200; turn++)
        {
            await client.ExecuteAsync(SumMachine.Add(1)); // the others go on
        }

        var halted = Assert.Single(Statuses(cluster), status => status.Halted is not null).Halted!;
        Assert.Contains("differs", halted, StringComparison.Ordinal);

        // What was told of the first checkpoints may have been lost, before all were connected.
        Assert.Matches("at s[0-9]+ ", halted);
    }

    private static IEnumerable<ReplicaStatus> Statuses(PaxosCluster cluster) =>
        from node in cluster.Nodes select node!.Status;
}
