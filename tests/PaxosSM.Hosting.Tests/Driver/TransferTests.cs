using PaxosSM.Election;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Hosting.Tests.Driver;

/// <summary>Leadership handed on by word, and nodes that are drained, to the millisecond.</summary>
public sealed class TransferTests
{
    private const int PatientWaits = 5000;
    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(500);
    private readonly SteppedCluster _cluster = new(new() { LeaseDuration = Lease });
    private int _waits;

    [Fact]
    public async Task The_wished_node_leads_after_a_few_round_trips_without_a_leader()
    {
        var (before, next) = (_cluster.Leader, _cluster.Follower);
        var answer = Ask(before, next.Id);
        var without = 0;
        _cluster.Until(() =>
        {
            without += _cluster.Nodes.Any(node => node.Status.Leader == node.Id) ? 0 : 1;
            return Ended(answer);
        });

        var told = await answer;
        Assert.Equal((TransferError.None, next.Id), (told.Error, told.Leader));
        Assert.Equal(next, _cluster.Leader);
        Assert.InRange(without, 0, 20);
    }

    [Fact]
    public void No_lease_that_was_asked_for_runs_when_another_node_is_told_to_stand_R20b()
    {
        var (before, next) = (_cluster.Leader, _cluster.Follower);
        var asked = default(DateTimeOffset);
        var told = default(DateTimeOffset);
        var seen = _cluster.Sent.Count;
        var answer = Ask(before, next.Id);
        _cluster.Until(() =>
        {
            for (; seen < _cluster.Sent.Count; seen++)
            {
                var (from, _, message) = _cluster.Sent[seen];
                asked = from == before.Id && message is Heartbeat { WantsLease: true } ? Now : asked;
                told = told == default && message is TransferOffer { Stand: true } ? Now : told;
            }

            return Ended(answer);
        });

        Assert.True(told - asked > Lease, $"asked for a lease at {asked:O}, and handed on at {told:O}");
        Assert.DoesNotContain(_cluster.Nodes, node => node.Status.Leader == before.Id);
    }

    [Fact]
    public void Who_can_not_lead_is_refused_with_the_reason_and_the_leader_goes_on()
    {
        var (leader, follower) = (_cluster.Leader, _cluster.Follower);
        Assert.Equal(TransferError.NotLeader, Await(Ask(follower, leader.Id)).Error);
        var stranger = Await(Ask(leader, new(7)));
        Assert.Equal(TransferError.NoProposer, stranger.Error);
        Assert.Contains("a, b, c", stranger.Text, StringComparison.Ordinal);

        follower.Replica.Drain(true);
        _cluster.Until(() => follower.Status.IsDrained);
        var drained = Await(Ask(leader, follower.Id));
        Assert.Equal(TransferError.Declined, drained.Error);
        Assert.Contains("is drained", drained.Text, StringComparison.Ordinal);

        // One that is silent, but not for long enough to be missed.
        follower.Replica.Drain(false);
        _cluster.Stopped = follower;
        var silent = Await(Ask(leader, follower.Id));
        Assert.Equal((TransferError.NotHeard, leader.Id), (silent.Error, silent.Leader));
        Assert.Equal(leader, _cluster.Leader);
        Propose(leader);
    }

    [Fact]
    public void A_drained_leader_hands_on_and_stays_behind_the_others()
    {
        var before = _cluster.Leader;
        before.Replica.Drain(true);
        _cluster.Until(() => _cluster.Nodes.Any(node => node != before && node.Status.Leader == node.Id));

        // Somebody else takes over from the one that leads now.
        var second = _cluster.Leader;
        _cluster.Stopped = second;
        _cluster.Until(() => _cluster.Nodes.Any(
            node => node != second && node.Status.Leader == node.Id));
        Assert.NotEqual(before.Id, _cluster.Nodes.First(node => node != second && node.Status.Leader == node.Id).Id);
    }

    [Fact]
    public void A_drained_node_leads_where_nobody_else_can()
    {
        var drained = _cluster.Leader;
        foreach (var node in _cluster.Nodes.Where(node => node != drained))
        {
            node.Replica.Drain(true);
        }

        drained.Replica.Drain(true);
        _cluster.Until(() => drained.Status.Waiting.Contains("is drained", StringComparison.Ordinal));
        Assert.Equal(drained, _cluster.Leader);
    }

    [Fact]
    public void A_drained_owner_loses_its_lane()
    {
        SteppedCluster cluster = new(new() { Deal = DealPolicy.AllProposers });
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Lanes.Count == 3));
        var drained = cluster.Follower;
        drained.Replica.Drain(true);
        cluster.Until(() => drained.Status.Lanes.Count == 0
            && cluster.Nodes.Any(node => node.Status.Leader == node.Id && node.Status.Lanes.Count == 2));
        Assert.DoesNotContain(cluster.Leader.Status.Lanes, lane => lane.Owner.Node == drained.Id);
    }

    [Fact]
    public void Who_is_told_to_stand_and_dies_is_not_waited_for_longer_than_an_election_timeout()
    {
        SteppedCluster cluster = new(new() { LeaseDuration = TimeSpan.Zero });
        var (leader, next) = (cluster.Leader, cluster.Follower);
        _ = Ask(leader, next.Id);
        cluster.Until(() => cluster.Sent.Any(sent => sent.Message is TransferOffer { Stand: true }));
        cluster.Stopped = next;
        var began = cluster.Time.GetUtcNow();
        Propose(leader, cluster);
        Assert.InRange(cluster.Time.GetUtcNow() - began, TimeSpan.Zero, new ProtocolOptions().ElectionTimeout * 1.1);
        Assert.Equal(leader, cluster.Leader);
    }

    // A command goes its whole way.
    private void Propose(SteppedNode leader, SteppedCluster? cluster = null)
    {
        Replies replies = new();
        using var client = leader.Gateway.Connect(replies);
        var entry = new byte[CommandEntry.HeaderSize + SessionRequest.Size];
        CommandEntry.WriteHeader(entry, EntryKind.OpenSession, SessionId.None, 0, 0, SessionRequest.Size);
        new SessionRequest(new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), SessionMode.Ordered, 8, TimeSpan.FromHours(1))
            .Write(entry.AsSpan(CommandEntry.HeaderSize));
        Assert.True(
            client.OnFrameAsync(new ClientSubmit(GroupId.Default, entry, 1)).AsTask().IsCompletedSuccessfully);
        (cluster ?? _cluster).Until(() => replies.Frames.OfType<ClientResults>().Any());
    }

    private DateTimeOffset Now => _cluster.Time.GetUtcNow();

    private static Task<TransferAnswer> Ask(SteppedNode node, NodeId to) =>
        node.Replica.TransferLeadershipAsync(to, CancellationToken.None);

    // It ends on another thread, soon after the step that ended it: long before the steps run out.
    private bool Ended(Task answer) => answer.IsCompleted || (++_waits > PatientWaits && answer.Wait(1));

    private TransferAnswer Await(Task<TransferAnswer> answer)
    {
        _cluster.Until(() => Ended(answer));
        return answer.Result;
    }

    private sealed class Replies : IClientReplies
    {
        public List<ClientFrame> Frames { get; } = [];

        public bool Send(ClientFrame frame)
        {
            Frames.Add(frame);
            return true;
        }
    }
}
