using PaxosSM.Quorums;
using PaxosSM.Testing.Traces;
using static PaxosSM.Simulation.Tests.Traces.TraceScript;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>One epoch after the other: what honest nodes may tell, and what the checker must name.</summary>
public sealed class EpochTraceTests
{
    private static readonly ProtocolEvent Over = new HandedOver(new(2));

    [Fact]
    public void The_same_ballot_leads_in_two_epochs() => LedAgain().Choose(4, 44).Tell(0, Over).Passes();

    [Fact]
    public void What_is_chosen_above_the_stop_is_void() => Led().Choose(2, 22)
        .Propose(B(1, 0), 3, 33).Vote(B(1, 0), 3, 33, 2, 0, 1).Count(B(1, 0), default, 3)
        .Enter(2, 22, 0, 1)
        .TakeOver(B(1, 0), 2, Ballot.None, [0, 1], 1003)
        .VoteSync(B(1, 0), 2, [1003], 0, 1)
        .Apply(3, 1003, 0, 1)
        .Passes();

    [Fact]
    public void A_life_begins_in_the_epoch_that_it_reads_back() => LedAgain()
        .Start(1, Remembers(2, new VoteMark(new(3), B(1, 0), 1003)), 2, Next(2, 22))
        .Propose(B(1, 0), 4, 44).Vote(B(1, 0), 4, 44, 3, 0, 1).Count(B(1, 0), default, 4)
        .Passes();

    [Fact]
    public void Who_did_not_write_that_an_epoch_begins_may_be_back_in_the_one_before() => Ended(0, 1)
        .Start(1, Remembers(1, new VoteMark(new(2), B(1, 0), 22)), 1).Enter(2, 22).Passes();

    [Fact]
    public void An_executor_that_is_behind_applies_what_is_of_the_epoch_before() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0, 1)
        .Tell(0, new FrontierMoved(new(2)))
        .Enter(2, 22, 0)
        .Tell(0, new Applied(new(2), 22, (31 * 1001) + 22))
        .Passes();

    [Fact]
    public void A_snapshot_of_a_later_epoch_leads_into_it() => LedAgain()
        .Tell(0, new StateSaved(new(3), (31 * ((31 * 1001) + 22)) + 1003))
        .Tell(2, new StateRestored(new(3), (31 * ((31 * 1001) + 22)) + 1003))
        .Tell(2, new FrontierMoved(new(3)))
        .Enter(2, 22, 2)
        .Passes();

    [Fact]
    public void An_epoch_that_does_not_follow_is_named() => Ended(0).Enter(2, 22, 0).Breaks("trace");

    [Fact]
    public void Roles_that_an_epoch_does_not_give_are_named() => Led().Choose(2, 22)
        .Tell(0, new EpochBegan(
            Next(2, 22) with { Configuration = new(new(2), [Members.Members[1]]) }, MemberRoles.All))
        .Breaks("trace");

    [Fact]
    public void I8_an_epoch_by_another_stop_is_named() => Ended(0)
        .Tell(1, new EpochBegan(Next(2, 23), MemberRoles.All)).Breaks("I8", "I8");

    [Fact]
    public void I8_an_epoch_after_another_slot_is_named() => Ended(0)
        .Tell(1, new EpochBegan(Next(1, 22), MemberRoles.All)).Breaks("I8");

    [Fact]
    public void I8_an_epoch_with_other_members_is_named() => Ended(0)
        .Tell(1, new EpochBegan(
            Next(2, 22) with { Configuration = new(new(2), [Members.Members[1]]) }, MemberRoles.All))
        .Breaks("I8");

    [Fact]
    public void I8_an_epoch_that_no_stop_began_is_named() => Led().Choose(2, 22).Enter(2, 99, 0).Breaks("I8");

    [Fact]
    public void I8_an_epoch_whose_stop_is_not_chosen_is_named() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0).Enter(2, 22, 0).Breaks("I8");

    [Fact]
    public void I8_an_epoch_after_one_that_nobody_began_is_named() => Led().Choose(2, 22)
        .Tell(0, new EpochBegan(Next(2, 22, 3), MemberRoles.All)).Breaks("I8");

    [Fact]
    public void I7_what_was_applied_above_the_stop_is_named() => Led().Choose(2, 22).Choose(3, 33)
        .Enter(2, 22, 0).Breaks("I7");

    [Fact]
    public void I7_a_void_value_that_is_applied_is_named() => Led().Choose(2, 22)
        .Propose(B(1, 0), 3, 33).Vote(B(1, 0), 3, 33, 2, 0, 1)
        .Enter(2, 22, 0)
        .Tell(1, new Applied(new(3), 33, 7)).Breaks("I7");

    [Fact]
    public void I7_a_learner_that_has_not_learned_the_stop_is_named() => Led().Choose(2, 22)
        .Enter(2, 22, 2).Breaks("I7");

    [Fact]
    public void R12_a_promise_of_another_epoch_is_named() => Ended(0, 1)
        .Start(1, new() { Promised = B(1, 0), ChosenThrough = new(2) }, 2, Next(2, 22)).Breaks("R12");

    [Fact]
    public void R12_a_vote_of_another_epoch_is_named() => LedAgain()
        .Start(1, Remembers(1, new VoteMark(new(2), B(1, 0), 22)), 2, Next(2, 22)).Breaks("R12");

    [Fact]
    public void R12_a_take_over_of_what_lies_below_the_epoch_is_named() => Ended(0, 1)
        .TakeOver(B(1, 0), 1, Ballot.None, [0, 1], 1003).Breaks("R12");

    [Fact]
    public void R14_a_promise_in_an_epoch_that_was_not_begun_is_named() => Ended(0)
        .TellIn(2, 1, new PromiseMade(B(1, 0))).Breaks("R14");

    [Fact]
    public void R14_a_vote_in_an_epoch_that_was_not_begun_is_named() => LedAgain()
        .TellIn(2, 2, new SyncVoted(B(1, 0), new(2), Deal(B(1, 0), 4), [1003])).Breaks("R14");

    [Fact]
    public void R14_an_epoch_that_too_few_began_is_named() => Ended(0).Tell(0, Over).Breaks("R14");

    [Fact]
    public void R14_a_trim_before_enough_began_is_named() => Led().Choose(2, 22)
        .Tell(0, new StateSaved(new(2), (31 * 1001) + 22)).Tell(1, new StateSaved(new(2), (31 * 1001) + 22))
        .Enter(2, 22, 0)
        .Tell(0, new Trimmed(new(2))).Breaks("R14");

    [Fact]
    public void I11_a_life_in_an_epoch_before_the_one_that_it_voted_in_is_named() => LedAgain()
        .Start(1, Remembers(1, new VoteMark(new(2), B(1, 0), 22)), 1).Breaks("I11");

    [Fact]
    public void Quorums_are_those_of_the_epoch()
    {
        Configuration all = new(Epoch.First, Members.Members, QuorumRule.Flexible(3, 1));
        TraceChecker checker = new(GroupId.Default, all);
        TraceScript script = Begun().TakeOver(B(1, 0), 0, Ballot.None, [0, 1, 2], 1001)
            .VoteSync(B(1, 0), 0, [1001], 0).Count(B(1, 0), Lane.Sync, 1)
            .TakeOver(B(2, 0), 1, B(1, 0), [0, 1], 2001);
        foreach (var traced in script.Events)
        {
            _ = checker.On(in traced);
        }

        Assert.Equal("R5", checker.Violation?.Rule);
        Assert.Equal(script.Events[^1], checker.Violation?.At);
    }

    private static AcceptorMemory Remembers(long chosenThrough, params VoteMark[] votes) => new()
    {
        Promised = B(1, 0),
        LastVoted = B(1, 0),
        SyncBase = new(chosenThrough),
        View = Deal(B(1, 0), chosenThrough + 2),
        ChosenThrough = new(chosenThrough),
        Votes = votes,
    };
}
