using PaxosSM.Hosting.Tests.Client;

namespace PaxosSM.Hosting.Tests;

/// <summary>The whole stack in one process, over loopback TCP, on real disks.</summary>
public sealed class EmbeddedClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Three_replicas_answer_commands_and_queries()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        await using var client = cluster.CreateClient();

        for (var number = 1; number <= 10; number++)
        {
            var answer = await client.ExecuteAsync(SumMachine.Add(number));
            Assert.Equal(number * (number + 1) / 2, SumMachine.Read(answer.Result));
            Assert.Equal(Durability.Synced, answer.Durability);
        }

        Assert.Equal(55, SumMachine.Read((await client.QueryAsync(Array.Empty<byte>())).Result));
    }

    [Fact]
    public async Task One_replica_alone_is_a_cluster()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(replicas: 1);
        await using var client = cluster.CreateClient();

        Assert.Equal(7, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(7))).Result));
    }

    [Fact]
    public async Task The_leader_may_stop_and_what_was_answered_stays()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        await using var client = cluster.CreateClient();
        _ = await client.ExecuteAsync(SumMachine.Add(5));
        var first = cluster.LeaderIndex!.Value;

        await cluster.StopNodeAsync(first);
        Assert.Equal(11, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(6))).Result));

        await cluster.StartNodeAsync(first);
        await cluster.Nodes[first]!.Ready.WaitAsync(Patience);
        Assert.Equal(18, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(7))).Result));
        await Eventually(() => cluster.Nodes[first]!.Status is { } status
            && cluster.Leader?.Status is { } leader && status.Applied == leader.Applied);
    }

    [Fact]
    public async Task All_may_stop_and_the_folders_bring_everything_back()
    {
        var folder = Directory.CreateTempSubdirectory("paxossm-test-").FullName;
        try
        {
            await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
                options: new() { Data = folder });
            await using (var client = cluster.CreateClient())
            {
                _ = await client.ExecuteAsync(SumMachine.Add(42));
            }

            await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.StopNodeAsync));
            await Task.WhenAll(Enumerable.Range(0, 3).Select(index => cluster.StartNodeAsync(index)));
            await cluster.WaitForLeaderAsync(Patience);
            await using var again = cluster.CreateClient();
            Assert.Equal(42, SumMachine.Read((await again.QueryAsync(Array.Empty<byte>())).Result));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_result_that_no_connection_could_carry_is_told_as_such_and_the_client_goes_on()
    {
        EmbeddedOptions options = new()
        {
            Configure = node =>
            {
                node.Transport = node.Transport with { ClientBytesMax = 64 << 10 };
                node.Gateway = node.Gateway with { AnswerBytesMax = 16 << 10, ResultBytesMax = 16 << 10 };
            },
        };
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<JournalMachine>(replicas: 1, options: options);
        await using var client = cluster.CreateClient();

        // The machine answers with the command's own text, and more.
        var large = client.ExecuteAsync(new byte[100 << 10]).AsTask();
        Assert.Equal(PaxosError.ResultTooLarge, (await Assert.ThrowsAsync<PaxosException>(() => large)).Error);
        var small = await client.ExecuteAsync(ClientBench.Bytes("small"));
        Assert.Equal("small@2", ClientBench.Text(small.Result));
    }

    [Fact]
    public async Task A_voter_with_an_emptied_folder_refuses_to_vote_and_names_its_old_storage()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        await using var client = cluster.CreateClient();
        _ = await client.ExecuteAsync(SumMachine.Add(3));
        var victim = (cluster.LeaderIndex!.Value + 1) % 3;
        var status = cluster.Nodes[victim]!.Status!;
        var old = status.Members.First(member => member.Member.Id == status.Self).Member.Storage;

        await cluster.StopNodeAsync(victim);
        Directory.Delete(cluster.DataOf(victim), recursive: true);
        await cluster.StartNodeAsync(victim);
        await cluster.Nodes[victim]!.Ready.WaitAsync(Patience);

        Assert.Contains(old.ToString(), cluster.Nodes[victim]!.OnlyLearns, StringComparison.Ordinal);
        Assert.Equal(7, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(4))).Result));
        await Eventually(() => cluster.Nodes[victim]!.Status is { } now
            && cluster.Leader?.Status is { } leader && now.Applied == leader.Applied);
    }

    [Fact]
    public async Task A_restarted_volatile_voter_says_that_it_only_learns()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { Configure = options => options.Durability = Durability.Volatile });
        await using var client = cluster.CreateClient();
        Assert.Equal(Durability.Volatile, (await client.ExecuteAsync(SumMachine.Add(1))).Durability);
        var victim = (cluster.LeaderIndex!.Value + 1) % 3;

        await cluster.StopNodeAsync(victim);
        await cluster.StartNodeAsync(victim);
        await cluster.Nodes[victim]!.Ready.WaitAsync(Patience);

        Assert.Contains("Volatile", cluster.Nodes[victim]!.OnlyLearns, StringComparison.Ordinal);
        Assert.Equal(3, SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(2))).Result));
    }

    [Fact]
    public async Task Temporary_folders_go_with_the_cluster()
    {
        var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>();
        Assert.True(Directory.Exists(cluster.DataOf(0)));

        await cluster.DisposeAsync();

        Assert.False(Directory.Exists(cluster.Data));
    }

    private static async Task Eventually(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
