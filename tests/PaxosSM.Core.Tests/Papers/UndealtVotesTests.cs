using PaxosSM.Log;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>What a log still tells of a reign whose sync it has let go (R7, R25).</summary>
public sealed class UndealtVotesTests
{
    private static readonly Ballot First = new(1, new(1), 1);
    private static readonly Ballot Second = new(2, new(2), 1);

    [Fact]
    public void A_later_record_of_the_lane_tells_which_votes_are_for_chosen_values()
    {
        UndealtVotes votes = new();
        Assert.Empty(votes.Take(Vote(First, 0, 10, through: 9)));
        Assert.Empty(votes.Take(Vote(First, 1, 11, through: 9)));
        Assert.Equal([new Slot(10)], Slots(votes.Take(Vote(First, 0, 12, through: 10))));
        Assert.Empty(votes.Take(Vote(First, 1, 13, through: 9)));
        Assert.Equal([new Slot(12), new(14)], Slots(votes.Take(Vote(First, 0, 14, through: 14))));
        Assert.Equal([new Slot(11)], Slots(votes.Take(Vote(First, 1, 15, through: 11))));
    }

    [Fact]
    public void A_watermark_vouches_for_no_other_ballot_and_no_other_epoch()
    {
        UndealtVotes votes = new();
        Assert.Empty(votes.Take(Vote(First, 0, 10, through: 9)));
        Assert.Empty(votes.Take(Vote(Second, 0, 12, through: 11)));
        Assert.Equal([new Slot(12)], Slots(votes.Take(Vote(Second, 0, 14, through: 12))));

        votes.Clear();
        Assert.Empty(votes.Take(Vote(Second, 0, 20, through: 18)));
    }

    [Fact]
    public void A_run_of_passed_turns_is_told_as_far_as_it_is_chosen()
    {
        UndealtVotes votes = new();
        var run = Vote(First, 0, 10, through: 8) with { Last = new(16), Stride = 2 };
        Assert.Empty(votes.Take(run));
        Assert.Equal([new Slot(10), new(12)], Slots(votes.Take(Vote(First, 0, 18, through: 13))));
    }

    [Fact]
    public void A_learner_reads_back_what_was_chosen_in_such_a_reign_and_nothing_above_it()
    {
        Replica replica = new(new(new(1), new(1), 2, TestMembers(), new(), 1), new(9), new(1_000_000));
        DurableWrite[] records =
        [
            Vote(First, 0, 10, through: 9),
            Vote(First, 0, 11, through: 10),
            Vote(First, 0, 12, through: 11),
            Vote(First, 0, 13, through: 11),
        ];
        Effects effects = new(new(1));
        replica.Recover([.. records.Select(write => new RecoveredRecord(RecordKey.Of(write), write))], effects);

        Assert.Equal(new Slot(11), replica.Frontier);
        Assert.Equal([new Slot(10), new(11)], effects.Applies.Select(applied => applied.Slot));
    }

    private static Configuration TestMembers() => new(
        Epoch.First,
        [
            .. from id in Enumerable.Range(0, 3)
               let storage = new StorageId(new Guid(id, 1, 2, new byte[8]))
               select new Member(new((ushort)id), $"n{id}", $"n{id}:1", MemberRoles.All, storage),
        ]);

    private static VoteWrite Vote(Ballot ballot, ushort lane, long slot, long through) =>
        new(ballot, new(lane), new(slot), Value.Pass, new(9), new(through));

    private static IEnumerable<Slot> Slots(IReadOnlyList<Vote> votes) => votes.Select(vote => vote.Slot);
}
