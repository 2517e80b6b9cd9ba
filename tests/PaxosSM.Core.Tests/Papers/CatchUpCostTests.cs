using System.Diagnostics;
using PaxosSM.Log;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>R10, R24: however long the log behind a gap, or before a deal is known, learning costs the same a slot.</summary>
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

        // Looking at each vote for each mark took minutes; the bound leaves a slow machine a hundred times what it needs.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), watch.Elapsed.ToString());
    }

    private static void Recover(Learner learner, Effects effects, DurableWrite write) =>
        learner.Recover(new(RecordKey.Of(write), write), effects);

    private static VoteWrite Vote(int slot) =>
        new(Ballot, default, new(slot), Value(slot), new(slot - 1), new(slot - 1));

    private static Value Value(int number) => new(ValueKind.Skip, new(number), default);
}
