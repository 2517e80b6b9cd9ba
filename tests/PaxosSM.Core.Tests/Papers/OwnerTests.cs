using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>PROTOCOL's R4, R6, R8, R9 and R20 where several owners share a reign.</summary>
/// <remarks>Slot 1 is the view's; the lanes begin at 2.</remarks>
public sealed class OwnerTests
{
    private static readonly NodeId Self = new(0);
    private static readonly NodeId Other = new(1);
    private static readonly NodeId Third = new(2);
    private static readonly Instant Start = new(60_000_000);
    private readonly Effects _effects = new(Self);

    [Fact]
    public void A_deal_names_one_life_of_an_owner_R6()
    {
        Assert.Single(new Ownership(Context(), ViewOf(Other, Self), _ => true).Lanes);
        Assert.Empty(new Ownership(Context(incarnation: 2), ViewOf(Other, Self), _ => true).Lanes);
    }

    [Fact]
    public void Whose_storage_was_replaced_takes_no_lane_of_a_life_before_R6_R13()
    {
        Assert.NotNull(Dealt(MemberRoles.All).Owned);
        Assert.Null(Dealt(MemberRoles.Learner).Owned);
    }

    [Fact]
    public void Votes_count_in_their_own_lane_R7()
    {
        var owned = new Ownership(Context(), ViewOf(Self, Self, Other), _ => true);
        Propose(owned, 0);
        Propose(owned, 1);
        Accepted(owned, Self, 1, 3);
        Accepted(owned, Other, 1, 3);
        Assert.Equal([new Slot(1), new Slot(3)], owned.Lanes.Select(lane => lane.Counted));
    }

    [Fact]
    public void A_lone_owners_news_reach_acceptors_with_its_next_proposal_or_the_tick_unless_one_asked_R7()
    {
        var owned = new Ownership(Context(), ViewOf(Self), _ => true);
        for (var tick = 0; tick < 200; tick++)
        {
            owned.OnTick(Start, _effects); // who followed the reign before has what it waited for
        }

        Assert.Equal([Self], Told(owned, 2, proposes: false));
        Assert.False(owned.IsSettled);
        _effects.Clear();
        owned.OnTick(Start, _effects);
        Assert.Equal([Other, Third], Chosen(_effects));
        Assert.True(owned.IsSettled);

        Assert.Equal([Self], Told(owned, 3, proposes: true));
        _effects.Clear();
        owned.OnTick(Start, _effects);
        Assert.Empty(Chosen(_effects));

        owned.OnFollowed();
        Assert.Equal([Self, Other, Third], Told(owned, 5, proposes: false));
    }

    // Counts a slot, and tells; its own node hears by a message to itself.
    private List<NodeId> Told(Ownership owned, long slot, bool proposes)
    {
        while (owned.Last < new Slot(slot))
        {
            Propose(owned, 0);
        }

        Accepted(owned, Other, 0, slot);
        Accepted(owned, Third, 0, slot);
        if (proposes)
        {
            Propose(owned, 0);
        }

        _effects.Clear();
        var self = 0;
        owned.TellNews(proposes, atOnce: false, _effects);
        while (_effects.TryTakeOwn(out var own))
        {
            self += own is Chosen ? 1 : 0;
        }

        return [.. Enumerable.Repeat(Self, self), .. Chosen(_effects)];
    }

    private static IEnumerable<NodeId> Chosen(Effects effects) =>
        from envelope in effects.Sends where envelope.Message is Chosen select envelope.To;

    [Fact]
    public void What_is_counted_is_kept_until_all_lanes_are_chosen_up_to_there_R4()
    {
        var owned = new Ownership(Context(), ViewOf(Self, Other), _ => true);
        Propose(owned, 0);
        Propose(owned, 0);
        Accepted(owned, Self, 0, 4);
        Accepted(owned, Other, 0, 4);
        Assert.Equal(new Slot(2), owned.ChosenThrough);
        _effects.Clear();

        // The second answer tells that something was lost.
        Accepted(owned, Third, 0, 2);
        Accepted(owned, Third, 0, 2);
        Assert.Equal(new Slot(4), Assert.IsType<Accept>(Assert.Single(_effects.Sends).Message).Slot);
    }

    [Fact]
    public void What_was_lost_is_sent_again_in_time_however_much_follows_it_R4()
    {
        var context = Context();
        var owned = new Ownership(context, ViewOf(Self, Other), _ => true);
        var resend = context.Options.ResendInterval;
        Propose(owned, 0);
        _effects.Clear();
        for (var now = Start; now < Start + (resend * 2); now += resend / 4)
        {
            // Turns passed are not held back by a window.
            owned.Lanes[0].Pass(owned.Lanes[0].Next, now, _effects);
            owned.OnTick(now, _effects);
        }

        Assert.Contains(_effects.Sends, sent => sent.To == Third && sent.Message is Accept { Slot.Index: 2 });
    }

    [Fact]
    public void What_lies_ahead_of_a_gap_makes_no_log_full_since_only_proposals_close_it_R9()
    {
        var learner = new Learner(Self, new() { LogBytesMax = (10 * Value.Overhead) - 1 }, Slot.Zero);
        learner.Learn(new(3), [.. Enumerable.Repeat(Value.Pass, 20)], _effects);
        Assert.Equal(10 * Value.Overhead, learner.RetainedBytes);
        Assert.False(learner.IsFull);
        learner.Learn(new(1), [.. Enumerable.Repeat(Value.Pass, 20)], _effects);
        Assert.True(learner.IsFull);
    }

    [Fact]
    public void An_owner_without_work_passes_the_turns_that_others_wait_for_R9()
    {
        var owned = new Ownership(Context(), ViewOf(Self, Other), _ => true);
        owned.Hear(new(owned.Ballot, new(1), new(7)), Slot.Zero, new(7));
        owned.PassTurns(idle: true, Start, _effects);
        Assert.NotEmpty(_effects.Sends);
        Assert.All(_effects.Sends, sent => Assert.True(Assert.IsType<Accept>(sent.Message).Value.IsPass));
        Assert.Equal(new Slot(6), owned.Lanes[0].Last);
    }

    [Fact]
    public void An_owner_that_is_not_heard_of_loses_its_lane_at_once_R8()
    {
        var context = Context();
        var (dealer, owned) = Deal(context);
        Assert.Null(dealer.OnTick(owned, Start));
        context.Hear([Self, Third]);
        Assert.NotNull(dealer.OnTick(owned, Start));
    }

    [Fact]
    public void An_owner_that_holds_up_the_others_loses_its_lane_R8()
    {
        var context = Context();
        var (dealer, owned) = Deal(context);
        Propose(owned, 0);
        Propose(owned, 0);
        Accepted(owned, Self, 0, 4);
        Accepted(owned, Other, 0, 4);
        Assert.Null(dealer.OnTick(owned, Start));
        var late = Start + context.Options.StallTimeout;
        dealer.On(Other, new(1, 0, Ballot.None), late);
        Assert.NotNull(dealer.OnTick(owned, late));
    }

    [Theory]
    [InlineData(5000, true)]
    [InlineData(100, false)]
    public void An_owner_that_falls_behind_loses_its_lane_though_the_frontier_creeps_R8(int slotsAhead, bool loses)
    {
        var context = Context();
        var (dealer, owned) = Deal(context);
        var tick = context.Options.StallTimeout / 100;
        var dealtAgain = false;
        for (var ticks = 0; ticks <= 110 && !dealtAgain; ticks++)
        {
            // Each tick the other's lane goes one turn on, of what somebody worked for half a timeout ago or long ago.
            var through = new Slot(3 + (2 * ticks));
            var work = new Slot(through.Index + slotsAhead);
            owned.Hear(new(owned.Ballot, new(0), new(6000)), Slot.Zero, work);
            owned.Hear(new(owned.Ballot, new(1), through), Slot.Zero, work);
            var now = Start + (tick * ticks);
            dealer.On(Other, new(1, 0, owned.Ballot), now);
            dealtAgain = dealer.OnTick(owned, now) is not null;
            Assert.False(dealtAgain && ticks < 100);
        }

        Assert.Equal(loses, dealtAgain);
    }

    [Fact]
    public void One_of_several_owners_teaches_every_learner_that_sees_no_votes_R10()
    {
        var context = Context(third: MemberRoles.Learner);
        Teaching.Teach(context, ViewOf(Self, Other), new(2), [Value.Pass], _effects);
        Assert.Contains(_effects.Sends, sent => sent.To == Third);
    }

    [Fact]
    public void Values_of_a_lane_are_learned_for_its_slots_R10()
    {
        var context = Context();
        var catchUp = new CatchUp(context, new(Self, context.Options, Slot.Zero));
        LearnReply reply = new(new(2), [Value.Pass, Value.Pass], Slot.Zero, Slot.Zero) { Stride = 3 };
        catchUp.On(Other, reply, Start, _effects);
        Assert.Equal([new(2), new(5)], _effects.Writes.OfType<LearnedWrite>().Select(write => write.Slot));
    }

    [Fact]
    public void A_run_of_passed_turns_that_cannot_be_read_is_faulty_to_its_end_R24()
    {
        var state = Synced();
        state.Recover(new(RecordKey.Of(Vote(3, Value.Pass) with { Last = new(9), Stride = 3 }), null));
        Assert.All([3L, 6L, 9L], slot => Assert.Contains(state.Faulty, range => range.Contains(new(slot))));
    }

    [Fact]
    public void Turns_passed_above_all_else_show_nothing_to_a_read_and_all_else_does_R20()
    {
        var state = Synced();
        Recover(state, Vote(2, Command()), Vote(3, Value.Pass));
        Assert.Equal(new Slot(2), state.Highest);
        Recover(state, Vote(5, new(ValueKind.Skip, new(77), default)));
        Assert.Equal(new Slot(5), state.Highest);
    }

    private static ReplicaContext Context(uint incarnation = 1, MemberRoles third = MemberRoles.All)
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), "n", "n", id == 2 ? third : MemberRoles.All, default)];
        var options = new ProtocolOptions { Deal = DealPolicy.AllProposers };
        return new(new(1), Self, incarnation, new(Epoch.First, members), options, 1);
    }

    private static View ViewOf(params NodeId[] owners) =>
        new(new(1, owners[0], 1), new(2), [.. owners.Select(owner => new LaneOwner(owner, 1))]);

    private static Value Command() => new(ValueKind.Commands, new(5), default);

    private static (Dealer Dealer, Ownership Owned) Deal(ReplicaContext context)
    {
        var dealer = new Dealer(context);
        dealer.On(Other, new(1, 0, Ballot.None), Start);
        View view = new(new(1, Self, 1), new(2), dealer.Deal(Start, alone: false));
        Assert.Equal([Self, Other], view.Owners.Select(owner => owner.Node));
        return (dealer, new(context, view, _ => true));
    }

    private static AcceptorState Synced()
    {
        var state = new AcceptorState();
        var view = ViewOf(Self, Other, Third);
        Recover(state, new SyncWrite(view.Ballot, Slot.Zero, view, [new(ValueKind.View, LogTime.Zero, default)]));
        return state;
    }

    private static void Recover(AcceptorState state, params DurableWrite[] writes)
    {
        foreach (var write in writes)
        {
            state.Recover(new(RecordKey.Of(write), write));
        }
    }

    private static VoteWrite Vote(long slot, Value value) => new(
        new(1, Self, 1), new((ushort)((slot - 2) % 3)), new(slot), value, new(1), new(1)) { Stride = 3 };

    private Proposer Dealt(MemberRoles own)
    {
        var context = Context();
        var proposer = new Proposer(new(
            context.Group, Self, 1, context.Configuration, context.Options, 1) { Own = own });
        var view = ViewOf(Other, Self);
        proposer.On(Other, new Sync(view.Ballot, view.Slot, view, []), Ballot.None, _effects);
        return proposer;
    }

    private void Propose(Ownership owned, int lane) => owned.Propose(owned.Lanes[lane], Command(), Start, _effects);

    private void Accepted(Ownership owned, NodeId from, ushort lane, long through) =>
        owned.On(from, new(owned.Ballot, new(lane), new(1), new(through)), Start, _effects);
}
