using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>R19: what a proposer stamps.</summary>
public sealed class StampTests
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly LogTime Noon = new(12 * 3_600_000_000L);
    private readonly Stamps _stamps = new(Skew);

    [Fact]
    public void The_first_stamp_is_the_wall_clock_and_the_rest_never_go_back()
    {
        _stamps.Wall = Noon;
        Assert.Equal(Noon, _stamps.Next());
        _stamps.Wall = new(Noon.Microseconds - 1);
        Assert.Equal(Noon, _stamps.Next());
    }

    [Fact]
    public void A_clock_that_runs_far_ahead_is_clamped_to_the_skew_ahead_of_the_log()
    {
        _stamps.OnExecuted(Noon, LogTime.Never);
        _stamps.Wall = Noon.Add(TimeSpan.FromDays(365));
        Assert.True(_stamps.IsBehind);
        Assert.Equal(Noon.Add(Skew), _stamps.Next());
    }

    [Fact]
    public void What_was_adopted_from_another_reign_counts_as_the_log()
    {
        _stamps.OnAdopted(Noon);
        _stamps.Wall = Noon.Add(Skew);
        Assert.False(_stamps.IsBehind);
        Assert.Equal(Noon.Add(Skew), _stamps.Next());
    }

    [Fact]
    public void A_leader_without_work_moves_the_time_on_once_for_who_waits_for_it()
    {
        var effects = new Effects(new(0));
        var leader = Leader(effects);
        leader.OnExecuted(Noon, nextDeadline: Noon.Add(Skew));
        Assert.Empty(Proposed(leader, Noon, effects));

        var skip = Assert.Single(Proposed(leader, Noon.Add(Skew), effects)).Value;
        Assert.Equal((ValueKind.Skip, Noon.Add(Skew)), (skip.Kind, skip.Stamp));
        Assert.Empty(Proposed(leader, Noon.Add(Skew), effects));
    }

    // Alone in its group.
    private static Proposer Leader(Effects effects)
    {
        NodeId self = new(0);
        Configuration alone = new(Epoch.First, [new(self, "n", "n", MemberRoles.All, default)]);
        var leader = new Proposer(new(new(1), self, 1, alone, new(), 1));
        Ballot ballot = new(1, self, 1);
        leader.Stand(ballot, default, effects);
        leader.On(self, new Promise(ballot, Slot.Zero, default, Slot.Zero, null, [], []), Slot.Zero, default, effects);
        leader.On(self, new SyncAccepted(ballot, Slot.Zero), default, effects);
        Assert.NotNull(leader.Reign);
        return leader;
    }

    private static Accept[] Proposed(Proposer leader, LogTime wall, Effects effects)
    {
        effects.Clear();
        leader.OnTick(wall, Slot.Zero, default, effects);
        leader.Propose(default, effects);
        List<Accept> proposed = [];
        while (effects.TryTakeOwn(out var message))
        {
            proposed.AddRange(message is Accept accept ? [accept] : []);
        }

        return [.. proposed];
    }
}
