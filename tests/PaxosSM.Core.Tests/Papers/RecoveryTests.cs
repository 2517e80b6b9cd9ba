using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>PROTOCOL R3, R4, R20, R24, R25: what an acceptor is after a restart from a trimmed or damaged
/// log.</summary>
public sealed class RecoveryTests
{
    private static readonly Ballot Low = new(1, new(1), 1);
    private static readonly Ballot High = new(2, new(2), 1);
    private readonly AcceptorState _state = new();

    [Fact]
    public void Votes_before_and_after_a_checkpoint_that_let_the_sync_go_are_all_kept_R25()
    {
        Recover(Vote(Low, 6), Vote(Low, 7), Checkpoint(Low, 0, 2, 6, 5), Vote(Low, 8));
        Assert.Equal([new Slot(7), new Slot(8)], _state.Report(High).Votes.Select(vote => vote.Slot));
        Assert.Equal(new Slot(9), _state.NextOf(default));
    }

    [Fact]
    public void A_sync_that_was_let_go_still_removed_what_lower_ballots_left_above_its_base_R3()
    {
        Recover(Sync(Low, 0, 2), Vote(Low, 2), Vote(Low, 3), Vote(Low, 9), Checkpoint(High, 6, 8, 7, 7));
        var promise = _state.Report(new(3, new(1), 1));
        Assert.Equal(High, promise.LastVoted);
        Assert.Empty(promise.Votes);
    }

    [Fact]
    public void A_vote_above_a_lost_sync_is_never_taken_for_one_of_the_reign_before_R3()
    {
        Recover(Sync(Low, 0, 2), Vote(High, 9));
        Assert.Equal(High, _state.LastVoted);
        Assert.Null(_state.View);
    }

    [Fact]
    public void A_vote_that_cannot_be_read_counts_for_a_reads_bound_and_is_reported_as_faulty_R20_R24()
    {
        Recover(Sync(Low, 0, 2), Vote(Low, 2));
        _state.Recover(new(RecordKey.Of(Vote(Low, 3)), null));
        Assert.Equal(new Slot(3), _state.Highest);
        Assert.Equal([new SlotRange(new(3), new(3))], _state.Report(High).Faulty);
    }

    [Fact]
    public void A_run_ends_before_a_vote_that_cannot_be_read_though_votes_follow_it_R4_R24()
    {
        Recover(Sync(Low, 0, 2), Vote(Low, 2));
        _state.Recover(new(RecordKey.Of(Vote(Low, 3)), null));
        Recover(Vote(Low, 4));
        Assert.Equal(new Slot(2), _state.ProgressOf(default).Through);
        Assert.Equal(new Slot(3), _state.NextOf(default));
        Assert.Equal(new Slot(4), _state.Report(High).Votes[^1].Slot);
    }

    [Fact]
    public void A_vote_made_again_after_damage_is_whole_R24()
    {
        Recover(Sync(Low, 0, 2), Vote(Low, 2));
        _state.Recover(new(RecordKey.Of(Vote(Low, 3)), null));
        Recover(Vote(Low, 3));
        Assert.Empty(_state.Faulty);
        Assert.Equal(new Slot(3), _state.ProgressOf(default).Through);
    }

    [Fact]
    public void The_deal_of_a_sync_that_cannot_be_read_comes_back_with_its_copy_R3()
    {
        _state.Recover(new(RecordKey.Of(Sync(Low, 0, 2)), null));
        Recover(Vote(Low, 2));
        var effects = new Effects(new(0));
        var acceptor = new Acceptor(new(0), _state, new(TimeSpan.Zero, false, default));
        acceptor.On(new(1), new Sync(Low, new(1), Deal(Low, 2), []), default, effects);
        Assert.Equal(new Slot(3), _state.NextOf(default));
        Assert.Contains(effects.Writes, write => write is CheckpointWrite { View: not null });
    }

    [Fact]
    public void A_sync_that_cannot_be_read_is_not_answered_as_a_vote_R24()
    {
        _state.Recover(new(RecordKey.Of(Sync(Low, 0, 2)), null));
        var effects = new Effects(new(0));
        var acceptor = new Acceptor(new(0), _state, new(TimeSpan.Zero, false, default));
        acceptor.On(new(1), new Sync(Low, Slot.Zero, Deal(Low, 2), Sync(Low, 0, 2).Suffix), default, effects);
        Assert.Empty(effects.SendsAfterWrite);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_read_may_have_told_of_a_reign_so_nothing_above_is_vouched_for_R24()
    {
        Recover(Sync(Low, 0, 2));
        _state.Recover(new(RecordKey.Of(Checkpoint(High, 6, 8, 7, 7)), null));
        Assert.Equal(new Slot(8), Assert.Single(_state.Report(High).Faulty).First);
    }

    private static View Deal(Ballot ballot, long start) => new(ballot, new(start), [new(ballot.Proposer, 1)]);

    private static SyncWrite Sync(Ballot ballot, long syncBase, long start) => new(
        ballot, new(syncBase), Deal(ballot, start), [new(ValueKind.View, LogTime.Zero, default)]);

    private static VoteWrite Vote(Ballot ballot, long slot) => new(
        ballot, default, new(slot), new(ValueKind.Commands, new(slot), default), new(1), new(1));

    private static CheckpointWrite Checkpoint(Ballot last, long syncBase, long start, long chosen, long floor) => new(
        last, last, new(syncBase), Deal(last, start), new(chosen), new(floor));

    private void Recover(params DurableWrite[] writes)
    {
        foreach (var write in writes)
        {
            _state.Recover(new(RecordKey.Of(write), write));
        }
    }
}
