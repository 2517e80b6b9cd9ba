namespace PaxosSM.Hosting.Tests.Outboxes;

/// <summary>Fork and epoch in tokens, as members restart and change (R13, R27).</summary>
public sealed class OutboxMemberTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("paxossm-outbox-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Tokens_are_the_same_at_every_replica_newcomers_and_restarted_ones_included()
    {
        // Nobody delivers: all that was added waits, at all of them.
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<NoticeMachine>();
        await using var notes = NoticeMachine.Connect(cluster.CreateClient());
        await SendAsync(notes, 5);
        await cluster.StopNodeAsync(1);
        await SendAsync(notes, 5);
        await cluster.StartNodeAsync(1);
        var (newcomer, address) = await StartNewcomerAsync(cluster);
        await using (newcomer)
        {
            MembershipChange change = new()
            {
                Add = [new(new(3), newcomer.Name, address, MemberRoles.All, StorageId.None)],
                Remove = [cluster.Nodes.First(node => node != cluster.Leader)!.Name],
            };
            using CancellationTokenSource timeout = new(Patience);
            var leader = await cluster.WaitForLeaderAsync(Patience);
            var result = await new ClusterAdmin(leader).ChangeAsync(change, null, timeout.Token);
            Assert.Equal(string.Empty, result.Text);
            await SendAsync(notes, 5);
            await using var atLeader = leader.CreateClient();
            var expected = await TokensAsync(atLeader, ReadConsistency.Linearizable);
            Assert.Equal(15, expected.Count);
            Assert.Equal([new(1), new(2)], expected.Select(token => token.Epoch).Distinct());
            Assert.NotEqual(ForkId.None, Assert.Single(expected.Select(token => token.Fork).Distinct()));
            Assert.Equal(leader.Identity!.Fork, expected[0].Fork);
            foreach (var node in cluster.Nodes.Append(newcomer).Where(node => node!.Status!.Roles == MemberRoles.All))
            {
                await using var client = node!.CreateClient();
                Assert.Equal(expected, await TokensAsync(client, ReadConsistency.After(expected[^1].Slot)));
            }
        }
    }

    private static async Task SendAsync(StateMachineClient<Note, string, string, long> notes, int count)
    {
        for (; count > 0; count--)
        {
            Assert.Contains("/g1/", await notes.ExecuteAsync(new("bank", "hello")), StringComparison.Ordinal);
        }
    }

    private static async Task<List<OutboxToken>> TokensAsync(IPaxosClient client, ReadConsistency consistency) =>
        [.. (await new OutboxClient(client).ReadAsync("bank", 99, 99999, consistency)).Select(entry => entry.Token)];

    private async Task<(PaxosNode Node, string Address)> StartNewcomerAsync(PaxosCluster cluster)
    {
        PaxosOptions options = new()
        {
            Cluster = "embedded", Self = "d", Data = Path.Combine(_folder, "d"), Listen = "127.0.0.1:0",
        };
        for (var index = 0; index < 3; index++)
        {
            options.Members.Add(new(cluster.Nodes[index]!.Name, cluster.Addresses[index]));
        }

        options.Members.Add(new("d", "127.0.0.1:1", Joins: true));
        PaxosNode node = new(options, () => new NoticeMachine());
        var address = node.Bind().ToString();
        await node.StartAsync();
        return (node, address);
    }
}
