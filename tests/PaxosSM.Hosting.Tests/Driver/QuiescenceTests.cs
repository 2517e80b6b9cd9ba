using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Hosting.Tests.Driver;

/// <summary>A group without work costs nothing, and nobody notices that it rested.</summary>
public sealed class QuiescenceTests
{
    private static readonly Epoch First = new(1);

    [Theory]
    [InlineData(DealPolicy.SingleLeader)]
    [InlineData(DealPolicy.AllProposers)]
    [InlineData(DealPolicy.Adaptive)]
    public void A_group_without_work_sends_nothing(DealPolicy deal)
    {
        var cluster = Rested(deal);

        cluster.Sent.Clear();
        Advance(cluster, TimeSpan.FromSeconds(10));

        Assert.DoesNotContain(cluster.Sent, sent => sent.Message is not Alive);
        Assert.All(cluster.Nodes, node => Assert.True(node.Status.Rests));
    }

    [Fact]
    public void It_never_rests_where_that_is_turned_off()
    {
        SteppedCluster cluster = new(new() { QuiesceAfter = TimeSpan.Zero });

        Advance(cluster, TimeSpan.FromSeconds(10));

        Assert.DoesNotContain(cluster.Sent, sent => sent.Message is Quiesce);
        Assert.All(cluster.Nodes, node => Assert.False(node.Status.Rests));
    }

    [Theory]
    [InlineData(DealPolicy.SingleLeader)]
    [InlineData(DealPolicy.AllProposers)]
    public void A_command_at_any_node_rouses_it_without_an_election_and_it_rests_again(DealPolicy deal)
    {
        var cluster = Rested(deal);
        var ballot = cluster.Leader.Status.Ballot;
        foreach (var node in cluster.Nodes)
        {
            var before = node.Status.Applied;

            Assert.Equal(PaxosError.None, node.Replica.Replica!.Submit(Opening(TimeSpan.FromHours(1)), 1));

            cluster.Until(() => cluster.Nodes.All(each => each.Status.Applied > before));
            cluster.Until(() => cluster.Nodes.All(each => each.Status.Rests));
            Assert.All(cluster.Nodes, each => Assert.Equal(ballot, each.Status.Ballot));
        }
    }

    [Fact]
    public void A_read_rouses_it()
    {
        var cluster = Rested(DealPolicy.SingleLeader);
        Answers answers = new();
        using var client = cluster.Follower.Gateway.Connect(answers);

        var asked = client.OnFrameAsync(
            new ClientQuery(GroupId.Default, 7, ReadConsistency.Linearizable, TimeSpan.FromSeconds(5), default));

        Assert.True(asked.IsCompletedSuccessfully);
        cluster.Until(() => answers.Result is not null);
        Assert.Equal(PaxosError.None, answers.Result!.Error);
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Rests));
    }

    [Fact]
    public void The_death_of_the_leaders_process_rouses_the_others()
    {
        var cluster = Rested(DealPolicy.SingleLeader);
        var leader = cluster.Leader;

        cluster.Stopped = leader;

        cluster.Until(() => cluster.Nodes.Any(node => node != leader && node.Status.Leader == node.Id));
        cluster.Until(() => cluster.Nodes.All(node => node == leader || node.Status.Rests));
    }

    [Fact]
    public void Who_was_away_when_it_came_to_rest_gets_what_it_missed()
    {
        var cluster = Rested(DealPolicy.SingleLeader);
        var away = cluster.Stopped = cluster.Follower;
        Advance(cluster, TimeSpan.FromSeconds(1));
        Assert.Equal(PaxosError.None, cluster.Leader.Replica.Replica!.Submit(Opening(TimeSpan.FromHours(1)), 1));
        var others = cluster.Nodes.Where(node => node != away).ToArray();
        var before = away.Status.Applied;
        cluster.Until(() => others.All(node => node.Status.Applied > before));
        cluster.Until(() => others.All(node => node.Status.Rests));

        cluster.Stopped = null;

        cluster.Until(() => away.Status.Applied > before);
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Rests));
    }

    [Fact]
    public void A_session_expires_though_the_group_rests()
    {
        var cluster = Rested(DealPolicy.SingleLeader);
        var before = cluster.Leader.Status.Applied;
        Assert.Equal(PaxosError.None, cluster.Follower.Replica.Replica!.Submit(Opening(TimeSpan.FromSeconds(20)), 1));
        cluster.Until(() => cluster.Leader.Status.Applied > before);
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Rests));
        var rested = cluster.Leader.Status.Applied;

        Advance(cluster, TimeSpan.FromSeconds(10));
        Assert.Equal(rested, cluster.Leader.Status.Applied);
        Advance(cluster, TimeSpan.FromSeconds(11));

        // R19: a stamped skip moves the log's time on.
        Assert.All(cluster.Nodes, node => Assert.True(node.Status.Applied > rested));
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Rests));
    }

    [Fact]
    public void A_lost_word_of_rest_costs_nothing_but_time()
    {
        SteppedCluster cluster = new(new() { QuiesceAfter = TimeSpan.FromSeconds(1) });
        var deaf = cluster.Follower;
        var lost = 0;
        cluster.Drops = sent => sent.Message is Quiesce && sent.To == deaf.Id && lost++ == 0;

        cluster.Until(() => lost > 0);

        cluster.Until(() => cluster.Nodes.All(node => node.Status.Rests));
        Assert.Single(cluster.Nodes.Select(node => node.Status.Ballot).Distinct());
    }

    [Fact]
    public void An_epoch_that_ends_rouses_it()
    {
        var cluster = Rested(DealPolicy.SingleLeader);
        Configuration next = new(First.Next, cluster.Configuration.Members);

        cluster.Leader.Replica.Replica!.Post(new ReconfigurationRequested(1, First, next, Force: true));

        cluster.Until(() => cluster.Nodes.All(node => node.Status.Epoch?.Epoch == First.Next));
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Rests));
    }

    private static SteppedCluster Rested(DealPolicy deal)
    {
        SteppedCluster cluster = new(new() { Deal = deal, QuiesceAfter = TimeSpan.FromSeconds(1) });
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Rests));
        return cluster;
    }

    private static void Advance(SteppedCluster cluster, TimeSpan time)
    {
        var until = cluster.Time.GetUtcNow() + time;
        cluster.Until(() => cluster.Time.GetUtcNow() >= until);
    }

    private static byte[] Opening(TimeSpan timeout)
    {
        var entry = new byte[CommandEntry.HeaderSize + SessionRequest.Size];
        CommandEntry.WriteHeader(entry, EntryKind.OpenSession, SessionId.None, 0, 0, SessionRequest.Size);
        SessionRequest request = new(Guid.NewGuid(), SessionMode.Ordered, 8, timeout);
        request.Write(entry.AsSpan(CommandEntry.HeaderSize));
        return entry;
    }

    private sealed class Answers : IClientReplies
    {
        public ClientQueryResult? Result { get; private set; }

        public bool Send(ClientFrame frame)
        {
            Result = frame as ClientQueryResult ?? Result;
            return true;
        }
    }
}
