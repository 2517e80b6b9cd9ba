using PaxosSM.Testing.Traces;
using static PaxosSM.Simulation.Tests.Traces.TraceScript;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>What an honest cluster may do, and the checker must not mind.</summary>
public sealed class GoodTraceTests
{
    [Fact]
    public void A_leader_is_elected_and_chooses_value_after_value() => Led().Choose(2, 22).Choose(3, 33).Passes();

    [Fact]
    public void A_vote_of_one_acceptor_is_taken_over_and_chosen_in_the_next_ballot() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 1, B(1, 0), [0, 1], 22, 2001)
        .VoteSync(B(2, 1), 1, [22, 2001], 0, 1)
        .Count(B(2, 1), Lane.Sync, 3)
        .Apply(2, 22, 0, 1)
        .Passes();

    [Fact]
    public void A_vote_that_no_promise_reports_is_dropped_and_never_comes_back() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .TakeOver(B(2, 1), 1, B(1, 0), [1, 2], 2001)
        .VoteSync(B(2, 1), 1, [2001], 1, 2, 0)
        .Count(B(2, 1), Lane.Sync, 2)
        .Apply(2, 2001, 0, 1)
        .Passes();

    [Fact]
    public void The_promise_of_an_acceptor_that_never_voted_leaves_the_lower_base_to_others() => Led().Choose(2, 22)
        .TakeOver(B(2, 2), 1, B(1, 0), [1, 2], 22, 2001)
        .VoteSync(B(2, 2), 1, [22, 2001], 1, 2)
        .Count(B(2, 2), Lane.Sync, 3)
        .Passes();

    [Fact]
    public void An_acceptor_that_lags_passes_what_it_knows_to_be_chosen() => Led().Choose(2, 22).Choose(3, 33)
        .Tell(2, new SyncVoted(B(1, 0), new(3), Deal(B(1, 0), 2), []))
        .Propose(B(1, 0), 4, 44).Vote(B(1, 0), 4, 44, 3, 2, 0)
        .Count(B(1, 0), default, 4)
        .Passes();

    [Fact]
    public void A_life_remembers_what_the_one_before_told() => Led().Choose(2, 22)
        .Start(1, Memory(1, new VoteMark(new(2), B(1, 0), 22)))
        .Propose(B(1, 0), 3, 33).Vote(B(1, 0), 3, 33, 2, 0, 1)
        .Count(B(1, 0), default, 3)
        .Passes();

    [Fact]
    public void A_vote_that_became_durable_right_before_a_crash_counts_from_the_next_life_on() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0)
        .Start(1, Memory(1, new VoteMark(new(2), B(1, 0), 22)))
        .Count(B(1, 0), default, 2)
        .Apply(2, 22, 0)
        .Passes();

    [Fact]
    public void A_sync_that_became_durable_right_before_a_crash_counts_from_the_next_life_on() => Begun()
        .TakeOver(B(1, 0), 0, Ballot.None, [0, 1], 1001)
        .VoteSync(B(1, 0), 0, [1001], 0)
        .Start(1, Memory(0, new VoteMark(new(1), B(1, 0), 1001)))
        .Count(B(1, 0), Lane.Sync, 1)
        .Passes();

    [Fact]
    public void A_vote_lost_by_damage_may_be_missing_where_it_is_told_as_faulty() => Led()
        .Propose(B(1, 0), 2, 22).Vote(B(1, 0), 2, 22, 1, 0, 1)
        .Start(1, Memory(1) with { Faulty = [new(new(2), new(2))], Damaged = 1 })
        .TakeOver(B(2, 2), 1, B(1, 0), [0, 2], 22, 2001)
        .Passes();

    [Fact]
    public void A_promise_with_faulty_votes_counts_once_they_lie_at_or_below_the_base() => Led().Choose(2, 22)
        .Start(1, Memory(1) with { Faulty = [new(new(2), new(2))], Damaged = 1 })
        .TakeOver(B(2, 0), 2, B(1, 0), [0, 1], 2001)
        .Passes();

    [Fact]
    public void A_snapshot_takes_the_place_of_the_log() => Led().Choose(2, 22)
        .Tell(0, new StateSaved(new(2), (31 * 1001) + 22))
        .Tell(2, new StateRestored(new(2), (31 * 1001) + 22))
        .Tell(2, new ChosenThroughRaised(new(2)))
        .Tell(0, new Trimmed(new(2)))
        .Tell(2, new Trimmed(new(2)))
        .Passes();

    [Theory]
    [InlineData(2, null)]
    [InlineData(1, "R25")]
    public void A_snapshot_that_became_durable_right_before_a_death_counts_where_the_next_life_tells_of_it(
        long saved, string? broken)
    {
        var trace = Led().Choose(2, 22)
            .Tell(0, new StateSaved(new(2), (31 * 1001) + 22))
            .Tell(2, new StateRestored(new(2), (31 * 1001) + 22) { IsOwnStore = true, Saved = new(saved) })
            .Tell(2, new ChosenThroughRaised(new(2)))
            .Tell(2, new Trimmed(new(2)));
        if (broken is null)
        {
            trace.Passes();
        }
        else
        {
            trace.Breaks(broken);
        }
    }

    [Fact]
    public void A_node_whose_disk_was_replaced_counts_its_lives_anew_and_only_learns()
    {
        var trace = Led().Start(2);
        var events = trace.Events.Take(trace.Events.Count - 1).ToList();
        events.Add(trace.Events[^1] with
        {
            Origin = trace.Events[^1].Origin with { Incarnation = 1 },
            Happened = new Started(1, MemberRoles.Learner, null, Slot.Zero),
        });
        TraceChecker checker = new(GroupId.Default, Members);

        events.ForEach(traced => checker.On(in traced));

        Assert.Null(checker.Violation);
    }

    private static AcceptorMemory Memory(long chosenThrough, params VoteMark[] votes) => new()
    {
        Promised = B(1, 0),
        LastVoted = B(1, 0),
        View = Deal(B(1, 0), 2),
        ChosenThrough = new(chosenThrough),
        Votes = votes,
    };
}
