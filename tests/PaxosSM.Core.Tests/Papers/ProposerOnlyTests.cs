using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>R2 and R19 on a node that only proposes: what others know beside an acceptor and a learner it must
/// hear.</summary>
public sealed class ProposerOnlyTests
{
    private static readonly NodeId Self = new(0);
    private static readonly NodeId Other = new(1);
    private static readonly NodeId Third = new(2);
    private static readonly Instant Start = new(60_000_000);
    private static readonly LogTime Noon = new(12 * 3_600_000_000L);
    private readonly Effects _effects = new(Self);

    [Fact]
    public void An_owner_ends_its_lanes_when_a_higher_ballot_leads_R2()
    {
        var replica = Owner();
        Assert.Equal(2, replica.Lanes.Count);

        Hear(replica, Other, new Heartbeat(new(1, Other, 1), 1, new(2), new(2), new(2), false));
        Hear(replica, Other, new Heartbeat(new(2, Third, 1), 1, new(2), new(2), new(2), false));
        Assert.Equal(2, replica.Lanes.Count);

        Hear(replica, Third, new Heartbeat(new(2, Third, 1), 1, new(2), new(2), new(2), false));
        Assert.Empty(replica.Lanes);
        Assert.False(replica.Stands);
    }

    [Fact]
    public void Nothing_is_stamped_before_the_logs_time_is_known_R19()
    {
        var replica = Owner();
        replica.Step(new Ticked(Noon.Add(TimeSpan.FromDays(365))), Start, _effects);
        Assert.Equal(PaxosError.None, replica.Submit(new byte[1], 1, _effects));
        replica.EndRound(Start, _effects);
        Assert.DoesNotContain(Proposals(), accept => !accept.Value.IsPass);

        Hear(replica, Third, new LogClock(Noon, LogTime.Never));
        var first = Proposals().First(accept => !accept.Value.IsPass);
        Assert.Equal(Noon.Add(new ProtocolOptions().StampSkewMax), first.Value.Stamp);
    }

    [Fact]
    public void An_owner_that_may_not_stamp_yet_holds_up_nobody_R9()
    {
        var replica = Owner();
        replica.Submit(new byte[1], 1, _effects);
        Value work = new(ValueKind.Commands, Noon, default);
        Hear(replica, Other, new Accept(new(1, Other, 1), new(0), new(6), work, new(2), new(2)) { Last = new(6) });

        Assert.All(Proposals(), accept => Assert.True(accept.Value.IsPass));
        Assert.True(Proposals().Max(accept => accept.Last) >= new Slot(5));
    }

    [Fact]
    public void The_first_stamp_of_a_new_log_is_the_wall_clocks_R19()
    {
        var replica = Owner();
        replica.Step(new Ticked(Noon), Start, _effects);
        replica.Submit(new byte[1], 1, _effects);
        Hear(replica, Third, new LogClock(LogTime.Zero, LogTime.Never));

        Assert.Contains(Proposals(), accept => accept.Value.Stamp == Noon);
    }

    [Fact]
    public void A_leader_that_does_not_know_the_logs_time_opens_its_reign_without_a_stamp_R19()
    {
        Proposer proposer = new(Context());
        proposer.OnTick(Noon, Slot.Zero, Start, _effects);
        proposer.Stand(new(1, Self, 1), Start, _effects);
        foreach (var acceptor in new[] { Other, Third })
        {
            Promise promise = new(new(1, Self, 1), Slot.Zero, Ballot.None, Slot.Zero, null, [], []);
            proposer.On(acceptor, promise, Slot.Zero, Start, _effects);
        }

        var sync = Assert.IsType<Sync>(_effects.Sends[^1].Message);
        Assert.Equal(LogTime.Zero, sync.Suffix[^1].Stamp);
    }

    [Fact]
    public void Learners_tell_the_logs_time_again_and_again_R19()
    {
        var options = new ProtocolOptions();
        ReplicaContext context = new(new(1), Third, 1, new(Epoch.First, Members()), options, 1);
        LearnerSide learning = new(context, new(Third, options, Slot.Zero), Slot.Zero, Slot.Zero);
        Effects effects = new(Third);
        learning.On(new Executed(Slot.Zero, Noon, LogTime.Never), effects);
        for (var tick = 0; tick < 3; tick++)
        {
            learning.OnTick(Start + (options.ResendInterval * tick), effects);
        }

        var told = effects.Sends.Where(sent => sent.Message is LogClock).ToList();
        Assert.All(told, sent => Assert.Equal((Self, new LogClock(Noon, LogTime.Never)), (sent.To, sent.Message)));
        Assert.Equal(3, told.Count);
    }

    private static Member[] Members() =>
        [.. from id in Enumerable.Range(0, 4)
            let roles = id == 0 ? MemberRoles.Proposer : MemberRoles.All
            select new Member(new((ushort)id), $"n{id}", "n", roles, default)];

    private static ReplicaContext Context() => new(
        new(1), Self, 1, new(Epoch.First, Members()), new() { Deal = DealPolicy.AllProposers }, 1);

    private IEnumerable<Accept> Proposals() => _effects.Sends.Select(sent => sent.Message).OfType<Accept>();

    // It owns the second of two lanes of another's reign; the lanes begin at 3.
    private Replica Owner()
    {
        Replica replica = new(Context(), Slot.Zero, Start);
        View view = new(new(1, Other, 1), new(3), [new(Other, 1), new(Self, 1)]);
        Hear(replica, Other, new Sync(view.Ballot, view.Slot, view, []));
        _effects.Clear();
        return replica;
    }

    private void Hear(Replica replica, NodeId from, Message message)
    {
        replica.Step(new Received(from, message), Start, _effects);
        replica.EndRound(Start, _effects);
    }
}
