using System.Diagnostics;
using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>R10, R24: however long the log behind a gap, or before a deal is known, learning costs the same a
/// slot.</summary>
public sealed class CatchUpCostTests
{
    private const int Slots = 200_000;
    private static readonly Ballot Ballot = new(1, new(0), 1);
    private static readonly View View = new(Ballot, new(2), [new(new(0), 1)]);

    [Fact]
    public void A_gap_is_filled_without_moving_what_lies_behind_it()
    {
        var learner = new Learner(new(0), new(), Slot.Zero);
        var effects = new Effects(new(0));
        Recover(learner, effects, new SyncWrite(Ballot, Slot.Zero, View, [Value(1)]));
        for (var slot = (Slots / 2) + 1; slot <= Slots; slot++)
        {
            Recover(learner, effects, Vote(slot));
        }

        Assert.Equal(new(1), learner.Frontier);
        for (var slot = 2; slot <= Slots / 2; slot++)
        {
            learner.Learn(new(slot), [Value(slot)], effects);
        }

        Assert.Equal(new Slot(Slots - 1), learner.Frontier);
        Assert.Equal(learner.Frontier, new Slot(effects.Applies.Count == 0 ? 0 : Slots - 1));
    }

    [Fact]
    public void Votes_of_a_reign_whose_deal_a_later_checkpoint_tells_are_looked_at_once()
    {
        var learner = new Learner(new(0), new(), new(1));
        var effects = new Effects(new(0));
        var watch = Stopwatch.StartNew();
        for (var slot = 2; slot < Slots; slot++)
        {
            Recover(learner, effects, Vote(slot));
        }

        Recover(learner, effects, new CheckpointWrite(Ballot, Ballot, Slot.Zero, View, new(1), new(1)));
        Recover(learner, effects, Vote(Slots));
        Assert.Equal(new Slot(Slots - 1), learner.Frontier);

        // Looking at each vote for each mark took minutes; the bound leaves a slow machine a hundred times what it
        // needs.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), watch.Elapsed.ToString());
    }

    [Fact]
    public void Turns_passed_far_ahead_do_not_push_commands_out_of_the_tail()
    {
        var learner = new Learner(new(0), new(), Slot.Zero);
        var effects = new Effects(new(0));
        var passed = Enumerable.Repeat(PaxosSM.Value.Pass, 5_000).ToArray();
        learner.Learn(new(1), [Value(1), Value(2), Value(3), .. passed], effects);
        var last = learner.Frontier;

        Assert.Equal(new Slot(1), learner.FloorWithTail(last, slots: 2, long.MaxValue));
        Assert.Equal(new Slot(2), learner.FloorWithTail(last, slots: 1, long.MaxValue));
        Assert.Equal(last, learner.FloorWithTail(last, slots: 0, long.MaxValue));
        Assert.Equal(new Slot(last.Index - 100), learner.FloorWithTail(last, slots: 2, 100 * PaxosSM.Value.Pass.Size));
    }

    [Fact]
    public void A_snapshot_that_the_frontier_has_overtaken_does_not_stop_delivery()
    {
        var learner = new Learner(new(0), new() { BatchBytesMax = 1 }, Slot.Zero);
        var effects = new Effects(new(0));
        var large = new Value(ValueKind.Commands, new(1), new byte[700_000]);
        learner.Learn(new(1), [large, large, large, large], effects);
        Assert.Equal(2, effects.Applies.Count); // the executor is given no more than it can take

        learner.On(new SnapshotInstalled(new(4), new(1), LogTime.Never), effects);
        effects.Clear();
        learner.Learn(new(5), [large], effects);
        Assert.Equal(new Slot(5), Assert.Single(effects.Applies).Slot);
    }

    [Fact]
    public void Copies_of_an_answer_bring_forth_no_more_questions_than_one()
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), "n", "n", id == 0 ? MemberRoles.Learner : MemberRoles.All, default)];
        var context = new ReplicaContext(new(1), new(0), 1, new(Epoch.First, members), new(), 1);
        var catchUp = new CatchUp(context, new(new(0), context.Options, Slot.Zero));
        var effects = new Effects(new(0));
        catchUp.OnTick(default, effects);
        var (source, message) = Assert.Single(effects.Sends);
        effects.Clear();
        var first = Assert.IsType<LearnRequest>(message).From;
        for (var copy = 0; copy < 5; copy++)
        {
            catchUp.On(source, new LearnReply(first, [Value(1)], new(1), Slot.Zero), default, effects);
        }

        Assert.Equal(first.Next, Assert.IsType<LearnRequest>(Assert.Single(effects.Sends).Message).From);
    }

    [Fact]
    public void What_lies_ahead_of_a_gap_is_held_up_to_the_logs_bound_only()
    {
        var learner = new Learner(new(0), new() { LogBytesMax = 10 * Value(1).Size }, Slot.Zero);
        var effects = new Effects(new(0));
        for (var slot = 2; slot < 100; slot++)
        {
            learner.Learn(new(slot), [Value(slot)], effects);
        }

        Assert.Equal(10 * Value(1).Size, learner.RetainedBytes);
        for (var slot = 1; slot < 100; slot++)
        {
            learner.Learn(new(slot), [Value(slot)], effects);
        }

        Assert.Equal(new Slot(99), learner.Frontier);
    }

    [Fact]
    public void A_sync_that_contradicts_itself_gets_no_vote_and_harms_nobody()
    {
        var acceptor = new Acceptor(new(0), new(), new(TimeSpan.Zero, false, default));
        var effects = new Effects(new(0));
        acceptor.On(new(1), new Sync(Ballot, Slot.Zero, View, []), default, effects);
        acceptor.On(new(1), new Sync(new(2, new(1), 1), Slot.Zero, View, [Value(1)]), default, effects);
        Assert.Empty(effects.Writes);
        Assert.Empty(effects.SendsAfterWrite);
    }

    private static void Recover(Learner learner, Effects effects, DurableWrite write) =>
        learner.Recover(new(RecordKey.Of(write), write), effects);

    private static VoteWrite Vote(int slot) =>
        new(Ballot, default, new(slot), Value(slot), new(slot - 1), new(slot - 1));

    private static Value Value(int number) => new(ValueKind.Skip, new(number), default);
}
