namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>R23: the three scenarios of Ng et al., <i>Omni-Paxos</i> (EuroSys'23), §2: each must settle within four
/// election timeouts.</summary>
public sealed class PartialPartitionTests
{
    private const MemberRoles All = MemberRoles.All;

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    [InlineData(5UL)]
    public void Quorum_loss_the_one_node_that_hears_a_quorum_takes_over(ulong seed)
    {
        var cluster = Start(5, seed, out var leader);
        var hub = (leader + 1) % 5;
        CutAllBut(cluster, (one, other) => one == hub || other == hub);
        AssertServes(cluster, hub);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    [InlineData(5UL)]
    public void Constrained_election_a_stale_node_may_lead_if_it_alone_hears_a_quorum(ulong seed)
    {
        var cluster = Start(5, seed, out var leader);
        var hub = (leader + 1) % 5;
        cluster.CutBoth(leader, hub);
        for (var command = 0; command < 20; command++)
        {
            cluster.SubmitNew(cluster.Nodes[leader]);
        }

        cluster.Run(TimeSpan.FromMilliseconds(3));
        CutAllBut(cluster, (one, other) => (one == hub || other == hub) && one != leader && other != leader);
        AssertServes(cluster, hub);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    [InlineData(5UL)]
    public void Chained_nodes_settle_on_a_leader_and_keep_it(ulong seed)
    {
        var cluster = Start(3, seed, out var leader);
        var middle = (leader + 1) % 3;
        cluster.CutBoth(leader, (leader + 2) % 3);
        AssertServes(cluster, middle);
        var ballot = cluster.Nodes[middle].Core!.Leader;
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(ballot, cluster.Nodes[middle].Core!.Leader);
    }

    private static FuzzCluster Start(int nodes, ulong seed, out int leader)
    {
        var layout = Enumerable.Repeat(All, nodes).ToArray();
        var cluster = new FuzzCluster(new() { Layout = layout, Options = new() }, new(seed));
        cluster.StartAll();
        var led = cluster.RunUntil(
            () => cluster.Nodes.All(node => node.Core!.Leader != Ballot.None),
                cluster.Plan.Options.ElectionTimeout * 4);
        Assert.NotNull(led);
        cluster.SubmitNew();
        Assert.NotNull(cluster.RunUntil(() => cluster.OpenCommands == 0, TimeSpan.FromSeconds(2)));
        leader = cluster.Nodes[0].Core!.LeaderNode.Value;
        return cluster;
    }

    private static void CutAllBut(FuzzCluster cluster, Func<int, int, bool> stays)
    {
        for (var one = 0; one < cluster.Nodes.Count; one++)
        {
            for (var other = one + 1; other < cluster.Nodes.Count; other++)
            {
                if (!stays(one, other))
                {
                    cluster.CutBoth(one, other);
                }
            }
        }
    }

    private static void AssertServes(FuzzCluster cluster, int node)
    {
        var before = cluster.Nodes[node].Machine.Applied;
        cluster.SubmitNew(cluster.Nodes[node]);
        var limit = cluster.Plan.Options.ElectionTimeout * 4;
        var leads = cluster.RunUntil(() => cluster.Nodes[node].Core!.Leader != Ballot.None
            && cluster.OpenAt(node) == 0, limit);
        Assert.True(leads is not null, cluster.Trace.Tail(200));
        Assert.True(cluster.Nodes[node].Machine.Applied > before);
    }
}
