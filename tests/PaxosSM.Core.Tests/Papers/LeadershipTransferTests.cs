using PaxosSM.Election;
using PaxosSM.Messages;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>Who is told to stand. Ongaro, <i>Consensus: Bridging Theory and Practice</i>, §3.10: TimeoutNow; here only
/// whoever hears quorums follows it (R23), and only the leader that it follows.</summary>
public sealed class LeadershipTransferTests
{
    private static readonly Instant Now = new(60_000_000);
    private static readonly NodeId Self = new(0);
    private static readonly NodeId Leader = new(1);
    private static readonly Ballot Present = new(2, Leader, 1);
    private readonly Effects _effects = new(Self);
    private readonly Replica _replica;

    public LeadershipTransferTests()
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), $"n{id}", "n", MemberRoles.All, default)];
        _replica = new(new(new(1), Self, 1, new(Epoch.First, members), new(), 1), Slot.Zero, Now);
        Hear(new Heartbeat(Present, 1, Slot.Zero, Slot.Zero, Slot.Zero, false));
        Assert.Equal(Present, _replica.Leader);
    }

    [Fact]
    public void Who_follows_the_leader_and_hears_quorums_stands_at_once_above_it()
    {
        Hear(new TransferOffer(Present, false));
        Assert.Equal(TransferObstacle.None, Answer());
        Assert.False(_replica.Stands);
        Hear(new TransferOffer(Present, true));
        Assert.True(Assert.Single(_effects.Events.OfType<Standing>()).Ballot > Present);
        Hear(new TransferOffer(Present, true));
        Assert.Single(_effects.Events.OfType<Standing>());
    }

    [Fact]
    public void A_late_word_of_an_old_leader_deposes_nobody_R2()
    {
        Hear(new TransferOffer(new(1, Leader, 1), true));
        Assert.Equal(TransferObstacle.FollowsAnother, Answer());
        Assert.False(_replica.Stands);
    }

    [Fact]
    public void Who_hears_no_quorum_does_not_stand_R23()
    {
        _replica.Step(new Reachable([Self], true), Now, _effects);
        Hear(new TransferOffer(Present, true));
        Assert.Equal(TransferObstacle.NoQuorum, Answer());
        Assert.False(_replica.Stands);
    }

    [Fact]
    public void Who_is_drained_does_not_stand()
    {
        _replica.Step(new DrainRequested(true), Now, _effects);
        Hear(new TransferOffer(Present, true));
        Assert.Equal(TransferObstacle.Drained, Answer());
        Assert.False(_replica.Stands);
    }

    private void Hear(Message message) => _replica.Step(new Received(Leader, message), Now, _effects);

    private TransferObstacle Answer() =>
        _effects.Sends.Select(sent => sent.Message).OfType<TransferReply>().Last().Obstacle;
}
