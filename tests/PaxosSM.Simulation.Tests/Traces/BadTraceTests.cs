using static PaxosSM.Simulation.Tests.Traces.TraceScript;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>Each rule of the checker names what breaks it: the last event, and no other.</summary>
public sealed class BadTraceTests
{
    [Fact]
    public void A_life_that_begins_without_its_memory_is_named() =>
        new TraceScript().Tell(0, new PromiseMade(B(1, 0))).Breaks("trace");

    [Fact]
    public void A_life_that_begins_twice_is_named() =>
        Begun().Tell(0, new Started(1, MemberRoles.All, new(), Slot.Zero)).Breaks("trace");

    [Fact]
    public void A_node_that_is_no_member_is_named() => Begun().Start(3).Breaks("trace");

    [Fact]
    public void A_learner_that_votes_is_named() => Begun()
        .Tell(0, new Standing(B(1, 0)))
        .Start(2, frontier: 0)
        .Tell(2, new Started(2, MemberRoles.Learner, null, Slot.Zero))
        .Breaks("trace");

    [Fact]
    public void A_missing_event_is_named()
    {
        var events = Led().Events;
        Testing.Traces.TraceChecker checker = new(GroupId.Default, Members);
        foreach (var traced in events.Where((_, index) => index != 4))
        {
            _ = checker.On(in traced);
        }

        Assert.Equal("trace", checker.Violation?.Rule);
    }

    [Fact]
    public void R2_a_promise_below_a_promise_is_named() => Begun()
        .Promise(B(2, 1), 0).Promise(B(1, 0), 0).Breaks("R2");

    [Fact]
    public void R2_a_vote_below_a_promise_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Promise(B(2, 1), 1).Vote(B(1, 0), 2, 22, 1, 1).Breaks("R2");

    [Fact]
    public void R2_a_sync_below_a_promise_is_named() => Led()
        .Promise(B(2, 1), 2).VoteSync(B(1, 0), 0, [1001], 2).Breaks("R2");

    [Fact]
    public void I11_a_forgotten_promise_is_named() => Begun().Promise(B(1, 0), 0).Start(0).Breaks("I11");

    [Fact]
    public void I11_a_forgotten_vote_is_named() => Led().Choose(2, 22)
        .Start(1, Remembers(1)).Breaks("I11");

    [Fact]
    public void I11_a_forgotten_vote_is_named_in_spite_of_damage_elsewhere() => Led().Choose(2, 22)
        .Start(1, Remembers(1) with { Faulty = [new(new(3), new(3))], Damaged = 1 }).Breaks("I11");

    [Fact]
    public void I11_a_chosen_through_that_fell_is_named() => Led().Choose(2, 22)
        .Tell(1, new ChosenThroughRaised(new(2)))
        .Start(1, Remembers(1, new VoteMark(new(2), B(1, 0), 22))).Breaks("I11");

    [Fact]
    public void I11_a_forgotten_sync_is_named() => Led()
        .Start(1, new() { Promised = B(1, 0) }).Breaks("I11");

    [Fact]
    public void R6_a_proposal_of_another_node_is_named() => Led()
        .Tell(1, new Proposed(B(1, 0), new(2), 22)).Breaks("R6");

    [Fact]
    public void R6_a_proposal_of_a_later_life_is_named() => Led()
        .Start(0, Remembers(0, new VoteMark(new(1), B(1, 0), 1001)))
        .Tell(0, new Proposed(B(1, 0), new(2), 22)).Breaks("R6");

    [Fact]
    public void R6_a_second_proposal_for_a_slot_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Propose(B(1, 0), 2, 23).Breaks("R6");

    [Fact]
    public void R6_a_proposal_without_a_take_over_is_named() => Led().Propose(B(5, 1), 2, 22).Breaks("R6");

    [Fact]
    public void R6_a_second_take_over_with_a_ballot_is_named() => Led()
        .Tell(0, Taken(B(1, 0), 0, Ballot.None, [0, 1], 1001)).Breaks("R6");

    [Fact]
    public void R6_a_ballot_used_again_is_named() => Led().Tell(0, new Standing(B(1, 0))).Breaks("R6");

    [Fact]
    public void I2_a_vote_for_what_nobody_proposed_is_named() => Led()
        .Vote(B(1, 0), 2, 22, 1, 0).Breaks("I2");

    [Fact]
    public void I2_a_vote_for_another_value_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 23, 1, 0).Breaks("I2");

    [Fact]
    public void I2_another_value_applied_than_the_chosen_one_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0, 1)
        .Tell(0, new Applied(new(2), 23, 7)).Breaks("I2");

    [Fact]
    public void I2_a_sync_of_other_values_is_named() => Begun()
        .TakeOver(B(1, 0), 0, Ballot.None, [0, 1], 1001).VoteSync(B(1, 0), 0, [1002], 1).Breaks("I2");

    [Fact]
    public void R3_a_vote_before_the_sync_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 2).Breaks("R3");

    [Fact]
    public void R3_half_a_sync_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 1, B(1, 0), [0, 1], 22, 2001)
        .Tell(2, new SyncVoted(B(2, 1), new(1), Deal(B(2, 1), 4), [22])).Breaks("R3");

    [Fact]
    public void R3_a_second_vote_for_a_sync_is_named() => Led().VoteSync(B(1, 0), 0, [1001], 1).Breaks("R3");

    [Fact]
    public void R4_a_vote_over_a_gap_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Propose(B(1, 0), 3, 33).Vote(B(1, 0), 3, 33, 1, 1).Breaks("R4");

    [Fact]
    public void R5_a_take_over_with_one_promise_is_named() => Begun()
        .TakeOver(B(1, 0), 0, Ballot.None, [0], 1001).Breaks("R5");

    [Fact]
    public void R5_a_promise_counted_that_was_never_made_is_named() => Begun()
        .Promise(B(1, 0), 0).Tell(0, Taken(B(1, 0), 0, Ballot.None, [0, 1], 1001)).Breaks("R5");

    [Fact]
    public void R5_a_base_that_is_not_chosen_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 2, B(1, 0), [0, 1], 2001).Breaks("R5");

    [Fact]
    public void R5_a_vote_that_is_not_adopted_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 1, B(1, 0), [0, 1], 2001).Breaks("R5");

    [Fact]
    public void R5_a_skip_in_place_of_a_vote_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 1, B(1, 0), [0, 1], Skip, 2001).Breaks("R5");

    [Fact]
    public void R5_an_orphan_adopted_slot_by_slot_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 1, B(1, 0), [1, 2], 2001)
        .VoteSync(B(2, 1), 1, [2001], 1)
        .TakeOver(B(3, 0), 1, B(2, 1), [0, 1], 22, 3001).Breaks("R5");

    [Fact]
    public void R5_the_suffix_of_a_lower_ballot_is_named() => Led()
        .TakeOver(B(2, 1), 1, B(1, 0), [1, 2], 2001)
        .VoteSync(B(2, 1), 1, [2001], 2)
        .TakeOver(B(3, 0), 1, B(1, 0), [0, 2], 3001).Breaks("R5");

    [Fact]
    public void R5_a_promise_with_faulty_votes_above_the_base_is_named() => Led().Choose(2, 22)
        .Start(1, Remembers(1) with { Faulty = [new(new(2), new(2))], Damaged = 1 })
        .TakeOver(B(2, 2), 1, B(1, 0), [1, 2], 2001).Breaks("R5");

    [Fact]
    public void R7_a_count_without_a_quorum_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0).Count(B(1, 0), default, 2).Breaks("R7");

    [Fact]
    public void R7_a_count_by_another_than_the_owner_is_named() => Led()
        .Tell(1, new Counted(new(B(1, 0), default, new(1)))).Breaks("R7");

    [Fact]
    public void R7_votes_of_another_ballot_are_not_counted() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 1, B(1, 0), [0, 1], 22, 2001)
        .VoteSync(B(2, 1), 1, [22, 2001], 1)
        .Count(B(2, 1), Lane.Sync, 3).Breaks("R7");

    [Fact]
    public void R7_a_chosen_through_ahead_of_what_is_chosen_is_named() => Led()
        .Tell(1, new ChosenThroughRaised(new(2))).Breaks("R7");

    [Fact]
    public void R7_a_frontier_ahead_of_what_is_chosen_is_named() => Led()
        .Tell(1, new FrontierMoved(new(2))).Breaks("R7");

    [Fact]
    public void I6_a_slot_that_is_left_out_is_named() => Led().Choose(2, 22).Choose(3, 33)
        .Tell(2, new Applied(new(3), 33, 7)).Breaks("I6");

    [Fact]
    public void I6_a_slot_applied_twice_is_named() => Led().Choose(2, 22).Apply(2, 22, 0).Breaks("I6");

    [Fact]
    public void I6_another_history_is_named() => Led().Choose(2, 22)
        .Tell(2, new StateRestored(new(2), 7)).Breaks("I6");

    [Fact]
    public void I6_a_replica_that_says_it_differs_is_named() => Led()
        .Tell(2, new Diverged(new(1), "it differs")).Breaks("I6");

    [Fact]
    public void R25_a_trim_without_a_snapshot_is_named() => Led().Tell(0, new Trimmed(new(1))).Breaks("R25");

    [Fact]
    public void R25_a_trim_with_too_few_snapshots_is_named() => Led()
        .Tell(0, new StateSaved(new(1), 1001)).Tell(0, new Trimmed(new(1))).Breaks("R25");

    [Fact]
    public void I1_two_values_chosen_for_a_slot_are_named() => Led().Choose(2, 22)
        .TakeOver(B(2, 1), 1, B(1, 0), [1, 2], 2001)
        .VoteSync(B(2, 1), 1, [2001], 1, 2).Breaks("I1", "I1");

    [Fact]
    public void I3_a_chosen_value_that_a_take_over_drops_is_named() => Led().Choose(2, 22)
        .TakeOver(B(2, 1), 1, B(1, 0), [1, 2], 2001).Breaks("I3", "I3");

    [Fact]
    public void I4_a_slot_chosen_over_a_gap_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Propose(B(1, 0), 3, 33).Vote(B(1, 0), 3, 33, 1, 0, 1).Breaks("I4", "I4");

    [Fact]
    public void I5_an_orphan_that_comes_back_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 1, B(1, 0), [1, 2], 2001)
        .Vote(B(1, 0), 2, 22, 1, 1).Breaks("I5", "I5");

    private static AcceptorMemory Remembers(long chosenThrough, params VoteMark[] votes) => new()
    {
        Promised = B(1, 0),
        LastVoted = B(1, 0),
        View = Deal(B(1, 0), 2),
        ChosenThrough = new(chosenThrough),
        Votes = votes,
    };
}
