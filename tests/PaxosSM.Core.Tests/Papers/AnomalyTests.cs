using PaxosSM.Core.Tests.Execution;
using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Roles;
using PaxosSM.Takeover;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>The classic anomalies of pipelined Paxos, by name. Each fails when the rule that it cites is
/// broken.</summary>
/// <remarks>Slot 1 is always the first view's; commands are told apart by their stamps.</remarks>
public sealed class AnomalyTests
{
    private static readonly QuorumSystem Majority = new MajorityQuorums(new(0b111));
    private static readonly NodeId Self = new(0);

    /// <summary>Malkhi's hole (R4): a client pipelines X, Y, Z, and X is lost on its way.</summary>
    [Fact]
    public void Y_and_z_get_no_vote_without_x()
    {
        var (x, y, z) = (11, 12, 13);
        var acceptor = new AcceptorUnderTest();
        acceptor.Sync(1);
        acceptor.Accept(1, 3, y);
        acceptor.Accept(1, 4, z);
        Assert.Empty(acceptor.Votes);

        acceptor.Accept(1, 2, x);
        Assert.Equal([2, 3, 4], acceptor.Votes);
    }

    /// <summary>Zab's mix (R5): one leader left A, B on an acceptor, the next one C on another; a third must not choose
    /// C and then B, which no leader meant to follow it.</summary>
    [Fact]
    public void What_one_leader_proposed_never_follows_what_another_did()
    {
        var (a, b, c) = (11, 12, 13);
        var adoption = Adopt(Reported(1, [0], (2, a), (3, b)), Reported(2, [0], (2, c)));

        // Slot 2 belongs to the second reign: its view stands where its deal begins.
        Assert.Equal(BallotOf(2), adoption.Adopted);
        Assert.DoesNotContain(b, Stamps(adoption));
        Assert.DoesNotContain(a, Stamps(adoption));
        Assert.Contains(c, Stamps(adoption));
    }

    /// <summary>An older value adopted inside a newer run (R5): a gap in a newer reign's lane is closed by a skip, not
    /// by the vote that an older reign left there.</summary>
    [Fact]
    public void A_gap_in_a_newer_reign_is_not_filled_from_an_older_one()
    {
        var (old, first, third) = (7, 21, 23);
        var adoption = Adopt(
            Reported(1, [0], (2, 5), (3, old)), Reported(2, [0, 1], (2, first), (4, third)));

        Assert.Equal([1, first, 0, third], Stamps(adoption));
        Assert.True(adoption.Suffix[2].IsPass);
    }

    /// <summary>A shorter lane ends where its votes end, though another goes further (R5).</summary>
    [Fact]
    public void Votes_behind_a_gap_of_their_own_lane_are_dropped()
    {
        var adoption = Adopt(Reported(2, [0, 1], (2, 21), (3, 22), (6, 26)), Reported(2, [0, 1]));
        Assert.Equal([1, 21, 22], Stamps(adoption));
    }

    /// <summary>The orphan (R3): X got one vote, the system moved past it, and its acceptor's later votes must not
    /// bring it back.</summary>
    [Fact]
    public void A_command_that_the_system_moved_past_does_not_come_back()
    {
        var x = 99;
        var acceptor = new AcceptorUnderTest();
        acceptor.Sync(1);
        acceptor.Accept(1, 2, x);
        acceptor.Sync(2);
        var promise = acceptor.Promise(3);
        Assert.Equal(BallotOf(2), promise.LastVoted);
        Assert.DoesNotContain(promise.Votes, vote => vote.Value.Stamp.Microseconds == x);

        // A replacement that got a copy of a log before that sync votes for nobody (R13); where all else fails, the
        // newer reign still wins.
        var adoption = Adopt(Reported(1, [0], (2, x)), promise with { Ballot = BallotOf(9) });
        Assert.DoesNotContain(x, Stamps(adoption));
    }

    /// <summary>A skip seen by a minority only (R7, R9): nobody learns it from one vote, and a later reign may fill the
    /// slot.</summary>
    [Fact]
    public void A_passed_turn_that_a_minority_saw_is_not_learned()
    {
        var view = ViewOf(1, [0, 1]);
        var learner = new Learner(Self, new(), Slot.Zero);
        var effects = new Effects(Self);
        learner.On(new VotedSync(Slot.Zero, view, [Command(1)]), effects);
        learner.On(new Chosen(new(view.Ballot, Lane.Sync, new(1)), new(1)), effects);
        learner.On(new Voted(new(new(2), view.Ballot, Command(2))), effects);
        learner.On(new Voted(new(new(3), view.Ballot, Value.Pass)), effects);
        learner.On(new Chosen(new(view.Ballot, new(0), new(2)), new(2)), effects);
        Assert.Equal(new Slot(2), learner.Frontier);

        // The other owner's mark names its own lane's slots only.
        learner.On(new Voted(new(new(4), view.Ballot, Command(4))), effects);
        learner.On(new Chosen(new(view.Ballot, new(0), new(4)), new(2)), effects);
        Assert.Equal(new Slot(2), learner.Frontier);
        learner.On(new VotedSync(new(2), ViewOf(2, [0], 6), [Command(33), Command(4), Command(35)]), effects);
        learner.On(new Chosen(new(BallotOf(2), Lane.Sync, new(5)), new(5)), effects);
        Assert.Equal(33, effects.Applies.Single(applied => applied.Slot == new Slot(3)).Value.Stamp.Microseconds);
    }

    /// <summary>A command retried in another lane (R17): its owner was slow, its client went to another, and both
    /// copies are chosen.</summary>
    [Fact]
    public void A_command_retried_in_another_lane_is_applied_once_and_in_order()
    {
        var executor = new TestExecutor();
        executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 8, 60_000).At(1));

        // The second lane's slot comes first: 1 and 2 anew, behind a 3 that overtook them.
        Assert.Equal(PaxosError.SessionGap, Assert.Single(executor.Apply(new TestBatch().Command(1, 3).At(2))).Error);
        executor.Apply(new TestBatch().Command(1, 1).Command(1, 2).At(3));
        var copies = executor.Apply(new TestBatch().Command(1, 1).Command(1, 2).Command(1, 3).At(4));
        Assert.Equal([PaxosError.None, PaxosError.None, PaxosError.None], copies.Select(told => told.Error));
        Assert.Equal(3, executor.Machine.Count);
    }

    /// <summary>A run of passed turns is one record, and all of it is there after a restart (R1, R4, R9).</summary>
    [Fact]
    public void A_run_of_passed_turns_outlives_a_restart_whole()
    {
        var acceptor = new AcceptorUnderTest();
        acceptor.Sync(1, [0, 1, 2]);
        acceptor.Pass(1, 3, 12, lane: 1);
        var write = Assert.Single(acceptor.Writes.OfType<VoteWrite>());
        Assert.Equal([3, 6, 9, 12], write.Slots.Select(slot => slot.Index));

        var restarted = acceptor.Restart();
        Assert.Equal(
            [1, 3, 6, 9, 12], restarted.Promise(2).Votes.Select(vote => vote.Slot.Index));
        restarted = acceptor.Restart();
        restarted.Accept(1, 15, 5, lane: 1);
        Assert.Equal([15], restarted.Votes);
    }

    private static Ballot BallotOf(long round) => new(round, new(1), 1);

    private static View ViewOf(long round, ushort[] owners, long start = 2) =>
        new(BallotOf(round), new(start), [.. owners.Select(owner => new LaneOwner(new(owner), 1))]);

    private static Value Command(long stamp) => new(ValueKind.Commands, new(stamp), default);

    private static IEnumerable<long> Stamps(Adoption adoption) =>
        adoption.Suffix.Select(value => value.Stamp.Microseconds);

    private static Adoption Adopt(Promise left, Promise right) => Adoption.Compute(
        new SortedDictionary<int, Promise> { [0] = left, [1] = right }, Slot.Zero, Majority)!;

    private static Promise Reported(long round, ushort[] owners, params (long Slot, long Stamp)[] votes) => new(
        BallotOf(9),
        Slot.Zero,
        BallotOf(round),
        Slot.Zero,
        ViewOf(round, owners),
        [new(new(1), BallotOf(round), Command(1)),
            .. votes.Select(vote => new Vote(new(vote.Slot), BallotOf(round), Command(vote.Stamp)))],
        []);

    /// <summary>An acceptor and its log.</summary>
    private sealed class AcceptorUnderTest
    {
        private readonly List<DurableWrite> _log;
        private readonly Effects _effects = new(Self);
        private readonly Acceptor _acceptor;

        public AcceptorUnderTest(List<DurableWrite>? log = null)
        {
            _log = log ?? [];
            var state = new AcceptorState();
            foreach (var write in _log)
            {
                state.Recover(new(RecordKey.Of(write), write));
            }

            _acceptor = new(Self, state, new(TimeSpan.Zero, false, default));
        }

        public IReadOnlyList<DurableWrite> Writes => _effects.Writes;

        public IEnumerable<long> Votes =>
            _effects.Writes.OfType<VoteWrite>().SelectMany(write => write.Slots).Select(slot => slot.Index);

        public AcceptorUnderTest Restart() => new([.. _log, .. _effects.Writes]);

        public void Sync(long round, ushort[]? owners = null) => _acceptor.On(
            new(1),
            new Sync(BallotOf(round), Slot.Zero, ViewOf(round, owners ?? [0]), [Command(1)]),
            default,
            _effects);

        public void Accept(long round, long slot, long stamp, ushort lane = 0) => _acceptor.On(
            new(1), new Accept(BallotOf(round), new(lane), new(slot), Command(stamp), default, default), _effects);

        public void Pass(long round, long first, long last, ushort lane) => _acceptor.On(
            new(1),
            new Accept(BallotOf(round), new(lane), new(first), Value.Pass, default, default) { Last = new(last) },
            _effects);

        public Promise Promise(long round)
        {
            _acceptor.On(new(1), new Prepare(BallotOf(round)), default, _effects);
            return (Promise)_effects.SendsAfterWrite[^1].Message;
        }
    }
}
