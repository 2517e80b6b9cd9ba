using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;
using PaxosSM.Takeover;

namespace PaxosSM.Core.Tests.Takeover;

/// <summary>Where the data of a group ends whose quorum is gone for ever, and who goes on (R33).</summary>
public sealed class ForcedEndTests
{
    private const ulong Fork = 77;
    private static readonly Ballot Old = new(1, new(0), 1);
    private static readonly Ballot New = new(2, new(1), 1);
    private static readonly Configuration Five = Of(new(3), 1, 2, 3, 4, 5);
    private static readonly EpochStart Epoch = new(new(10), 9, Five);

    [Fact]
    public void What_one_survivor_holds_goes_on_with_the_votes_of_all_in_the_highest_ballot()
    {
        var end = ForcedEnd.Of([Report(4, 20, Votes(New, 15, 22)), Report(5, 18, Votes(New, 15, 24))], Fork);
        Assert.Equal((null, new Slot(20), Slot.Zero), (end.Problem, end.Held, end.LostThrough));
        Assert.Equal([21, 22, 23, 24], Stamps(end));
        Assert.Equal((new Slot(25), new Epoch(4)), (end.Next!.Base, end.Next.Epoch));
        Assert.Equal([new NodeId(4), new NodeId(5)], end.Next.Configuration.All);
        Assert.Equal(new ForkId(Fork), end.Next.Configuration.Fork);
        Assert.Equal(Five.NextNumber, end.Next.Configuration.NextNumber);

        var writes = end.Writes();
        Assert.Equal(6, writes.Count - 1);
        Assert.Equal(Epoch, Assert.IsType<EpochWrite>(writes[0]).Start);
        Assert.Equal(end.Next, Assert.IsType<EpochWrite>(writes[^1]).Start);
        Assert.All(writes.Skip(1).SkipLast(1), write => Assert.Equal(new Epoch(3), write.Epoch));
    }

    [Fact]
    public void Votes_of_a_lower_ballot_than_the_highest_are_dropped_R5()
    {
        var end = ForcedEnd.Of([Report(4, 20, Votes(Old, 15, 30)), Report(5, 20, Votes(New, 15, 22))], Fork);
        Assert.Equal([21, 22], Stamps(end));
        Assert.All(end.Values.SkipLast(1), value => Assert.Equal(2, value.Payload.Span[0]));
    }

    // Slots 51 to 100 were chosen by 1, 2, 3; the sync of 1 with base 100 reached 4, which lagged at 50.
    [Fact]
    public void Chosen_slots_that_no_survivor_can_supply_end_the_data_and_what_followed_them_is_lost_with_them()
    {
        var end = ForcedEnd.Of([Report(4, 50, Votes(New, 100, 103)), Report(5, 50)], Fork);
        Assert.Equal((null, new Slot(50), new Slot(100)), (end.Problem, end.Held, end.LostThrough));
        Assert.Equal(ValueKind.Stop, Assert.Single(end.Values).Kind);
        Assert.Equal(new Slot(51), end.Next!.Base);
    }

    [Fact]
    public void Votes_of_the_reign_below_its_chosen_through_are_values_where_no_learner_has_them()
    {
        var votes = Votes(New, 15, 24) with { ChosenThrough = new(23) };
        var end = ForcedEnd.Of([Report(4, 20, votes), Report(5, 18)], Fork);
        Assert.Equal([21, 22, 23, 24], Stamps(end));
        Assert.Equal(Slot.Zero, end.LostThrough);

        votes = votes with { Votes = [.. votes.Votes.Where(vote => vote.Slot != new Slot(22))] };
        end = ForcedEnd.Of([Report(4, 20, votes), Report(5, 18)], Fork);
        Assert.Equal([21], Stamps(end));
        Assert.Equal(new Slot(23), end.LostThrough);
    }

    [Fact]
    public void Where_a_lane_ended_early_its_turns_are_passed_unless_they_are_known_to_be_chosen()
    {
        var votes = Votes(New, 15, 26);
        votes = votes with
        {
            View = votes.View! with { Owners = [new(new(1), 1), new(new(2), 1)] },
            Votes = [.. votes.Votes.Where(vote => vote.Slot.Index is < 22 or 22 or 24 or 26)],
        };
        var end = ForcedEnd.Of([Report(4, 20, votes)], Fork);
        Assert.Equal([21, 22, 0, 24, 0, 26], Stamps(end));

        end = ForcedEnd.Of([Report(4, 20, votes with { ChosenThrough = new(24) })], Fork);
        Assert.Equal([21, 22], Stamps(end));
        Assert.Equal(new Slot(24), end.LostThrough);
    }

    // What was learned above a gap may be of a later reign, which had something else in the gap.
    [Fact]
    public void What_is_known_of_a_later_reign_never_follows_a_run_that_it_may_have_moved_past()
    {
        SurvivorReport Knows(params long[] slots) => Report(5, 20) with
        {
            Ahead = [.. slots.Select(slot => new ChosenValue(new(slot), Value(slot, 9)))],
        };
        SurvivorReport Agrees(params long[] slots) => Report(5, 20) with
        {
            Ahead = [.. slots.Select(slot => new ChosenValue(new(slot), Value(slot, (byte)New.Round)))],
        };
        long[] Goes(SurvivorReport other) =>
            [.. Stamps(ForcedEnd.Of([Report(4, 20, Votes(New, 15, 23)), other], Fork))];

        Assert.Empty(Goes(Knows(22)));
        Assert.Equal([21, 22], Goes(Knows(24)));
        Assert.Equal([21, 22, 23], Goes(Knows(25)));
        Assert.Equal([21, 22, 23, 24, 25], Goes(Agrees(23, 24, 25)));
        Assert.Equal([21, 22, 23], Goes(Agrees(22, 25)));
        var lost = ForcedEnd.Of([Report(4, 20, Votes(New, 15, 23)), Knows(25)], Fork);
        Assert.Equal((new Slot(24), new Slot(25)), (lost.Next!.Base, lost.LostThrough));
    }

    [Fact]
    public void What_survivors_hold_together_without_a_gap_is_held()
    {
        var ahead = Report(5, 40) with { Ahead = [.. Held(51, 55)] };
        var end = ForcedEnd.Of([Report(4, 50), ahead], Fork);
        Assert.Equal([51, 52, 53, 54, 55], Stamps(end));

        var gap = Report(5, 40) with { Ahead = [.. Held(52, 55)] };
        Assert.Empty(Stamps(ForcedEnd.Of([Report(4, 50), gap], Fork)));
    }

    [Fact]
    public void What_a_straggler_takes_for_chosen_above_the_end_of_its_epoch_is_void_R11()
    {
        EpochStart before = new(Slot.Zero, 0, Of(new(2), 1, 2, 3, 4, 5));
        var straggler = Report(5, 8) with
        {
            Epoch = before, KnownChosen = new(90), Ahead = [.. Held(13, 14)], Votes = null,
        };
        var end = ForcedEnd.Of([Report(4, 12), straggler], Fork);
        Assert.Equal((new Slot(12), Slot.Zero), (end.Held, end.LostThrough));
        Assert.Equal(new Slot(13), end.Next!.Base);
    }

    [Fact]
    public void A_wish_to_end_the_epoch_that_may_have_been_chosen_gives_way_to_the_forced_one()
    {
        var stop = new Stop(new(3), 5, Of(new(4), 6, 7)).ToValue(LogTime.Zero);
        var votes = Votes(New, 15, 24);
        votes = votes with
        {
            Votes = [.. from vote in votes.Votes select vote.Slot == new Slot(23) ? vote with { Value = stop } : vote],
        };
        var end = ForcedEnd.Of([Report(4, 20, votes), Report(5, 20)], Fork);
        Assert.Equal([21, 22], Stamps(end));
        Assert.Equal(new Slot(23), end.Next!.Base);

        var known = Report(5, 10) with { Ahead = [new(new(21), stop)] };
        var stuck = ForcedEnd.Of([Report(4, 20), known], Fork);
        Assert.Null(stuck.Next);
        Assert.Contains("learn it from each other", stuck.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Votes_that_can_not_be_read_end_the_data_at_what_is_held()
    {
        var votes = Votes(New, 15, 24) with { Faulty = [new(new(22), new(22))] };
        var end = ForcedEnd.Of([Report(4, 20, votes), Report(5, 20, Votes(New, 15, 24))], Fork);
        Assert.Empty(Stamps(end));
        Assert.Equal(new Slot(21), end.Next!.Base);
    }

    [Fact]
    public void A_quorum_goes_on_as_it_is()
    {
        var end = ForcedEnd.Of([Report(3, 20), Report(4, 20), Report(5, 20)], Fork);
        Assert.False(end.IsForced);
        Assert.Null(end.Problem);

        // One that came with another storage is no member (R13), but it holds what it holds.
        var other = Report(3, 30);
        other = other with { Self = other.Self with { Storage = new(Guid.NewGuid()) }, Votes = null };
        end = ForcedEnd.Of([other, Report(4, 20), Report(5, 20)], Fork);
        Assert.Equal((new Slot(30), 3), (end.Held, end.Next!.Configuration.Members.Count));
    }

    [Fact]
    public void Roles_that_nobody_has_are_given_to_all()
    {
        var learner = Report(4, 20);
        learner = learner with { Self = learner.Self with { Roles = MemberRoles.Learner }, Votes = null };
        var end = ForcedEnd.Of([learner], Fork);
        Assert.Equal(MemberRoles.All, Assert.Single(end.Next!.Configuration.Members).Roles);
    }

    [Fact]
    public void What_only_those_hold_who_no_longer_learn_is_theirs_to_teach()
    {
        var holder = Report(5, 30);
        holder = holder with { Self = holder.Self with { Roles = MemberRoles.Acceptor } };
        var end = ForcedEnd.Of([Report(4, 20), holder], Fork);
        Assert.Equal(MemberRoles.Acceptor | MemberRoles.Learner, end.Next!.Configuration.Find(new(5))!.Roles);

        end = ForcedEnd.Of([Report(4, 30), holder], Fork);
        Assert.Equal(MemberRoles.Acceptor, end.Next!.Configuration.Find(new(5))!.Roles);
    }

    [Fact]
    public void Who_let_go_what_nobody_holds_is_left_out()
    {
        var trimmed = Report(5, 0, Votes(New, 60, 60)) with { TrimmedTo = new(60) };
        var end = ForcedEnd.Of([Report(4, 50), trimmed], Fork);
        Assert.Equal(trimmed.Self, Assert.Single(end.Excluded));
        Assert.Equal([new NodeId(4)], end.Next!.Configuration.All);
        Assert.Equal(new Slot(60), end.LostThrough);
    }

    [Fact]
    public void Where_nobody_holds_what_came_before_the_epoch_a_backup_must_do()
    {
        var end = ForcedEnd.Of([Report(4, 8, Votes(New, 10, 12)), Report(5, 9)], Fork);
        Assert.Null(end.Next);
        Assert.Contains("A backup", end.Problem, StringComparison.Ordinal);
    }

    private static SurvivorReport Report(ushort node, long frontier, Promise? votes = null) =>
        new(new(1), Five.Find(new(node))!, Epoch)
        {
            Before = Of(new(2), 1, 2, 3),
            Frontier = new(frontier),
            KnownChosen = new(frontier),
            Votes = votes ?? new(default, new(frontier), default, default, null, [], []),
        };

    // A sync of two slots above the base, its view, and the lane through a slot.
    private static Promise Votes(Ballot ballot, long syncBase, long through)
    {
        View view = new(ballot, new(syncBase + 3), [new(new(1), 1)]);
        List<Vote> votes = [];
        for (var slot = syncBase + 1; slot <= through; slot++)
        {
            votes.Add(new(new(slot), ballot, Value(slot, (byte)ballot.Round)));
        }

        return new(ballot, new(syncBase), ballot, new(syncBase), view, votes, []);
    }

    private static IEnumerable<ChosenValue> Held(long first, long last) =>
        from slot in Enumerable.Range((int)first, (int)(last - first + 1))
        select new ChosenValue(new(slot), Value(slot, 1));

    private static Value Value(long slot, byte round) => new(ValueKind.Commands, new(slot), new byte[] { round });

    private static IEnumerable<long> Stamps(ForcedEnd end) =>
        end.Values.SkipLast(1).Select(value => value.Stamp.Microseconds);

    private static Configuration Of(Epoch epoch, params ushort[] nodes) => new(
        epoch,
        [
            .. nodes.Select(node => new Member(
                new(node), $"n{node}", $"h{node}", MemberRoles.All, new(new Guid(node, 0, 0, new byte[8])))),
        ]);
}
