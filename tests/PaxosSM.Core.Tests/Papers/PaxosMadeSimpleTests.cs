using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Roles;
using PaxosSM.Takeover;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>Lamport, <i>Paxos Made Simple</i> (2001), sentence by sentence, as far as one acceptor or proposer can
/// hold it.</summary>
public sealed class PaxosMadeSimpleTests
{
    private static readonly NodeId Self = new(0);
    private static readonly NodeId Other = new(1);
    private readonly AcceptorState _state = new();
    private readonly Effects _effects = new(Self);
    private readonly Acceptor _acceptor;

    public PaxosMadeSimpleTests() => _acceptor = new(Self, _state, new(TimeSpan.Zero, false, default));

    /// <summary>§2.2, P1: an acceptor must accept the first proposal that it receives. Here the first is its ballot's
    /// sync (R3).</summary>
    [Fact]
    public void An_acceptor_accepts_the_first_proposal_that_it_receives()
    {
        Sync(1);
        Assert.Contains(_effects.Writes, write => write is SyncWrite);
    }

    /// <summary>§2.2, P1a: an acceptor can accept a proposal numbered n iff it has not responded to a prepare request
    /// greater than n.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void An_acceptor_accepts_a_proposal_unless_it_promised_a_higher_one(long round, bool accepts)
    {
        Prepare(2);
        Sync(round);
        Assert.Equal(accepts, _effects.Writes.Any(write => write is SyncWrite));
        Assert.Equal(!accepts, _effects.Sends.Any(sent => sent.Message is Refused));
    }

    /// <summary>§2.2: it responds with a promise never again to accept a proposal less than n, and the proposal with
    /// the highest number that it has accepted.</summary>
    [Fact]
    public void A_promise_carries_the_highest_ballot_voted_in_and_its_votes()
    {
        Sync(1);
        Accept(1, 2);
        Prepare(5);
        var promise = Assert.IsType<Promise>(_effects.SendsAfterWrite[^1].Message);
        Assert.Equal(BallotOf(1), promise.LastVoted);
        Assert.Equal([new Slot(1), new Slot(2)], promise.Votes.Select(vote => vote.Slot));
    }

    /// <summary>§2.2: an acceptor can ignore a prepare request numbered n if it has already responded to one greater
    /// than n; §2.3: it should inform the proposer.</summary>
    [Fact]
    public void A_lower_prepare_is_refused_by_name_and_changes_nothing()
    {
        Prepare(5);
        _effects.Clear();
        Prepare(4);
        Assert.Empty(_effects.Writes);
        var refused = Assert.IsType<Refused>(Assert.Single(_effects.Sends).Message);
        Assert.Equal(BallotOf(5), refused.Promised);
    }

    /// <summary>§2.3: stable storage; an acceptor records its intended response in stable storage before actually
    /// sending the response.</summary>
    [Fact]
    public void No_promise_or_vote_leaves_before_it_is_durable()
    {
        Prepare(1);
        Sync(1);
        Accept(1, 2);
        Assert.Equal(3, _effects.Writes.Count);
        Assert.Equal(3, _effects.SendsAfterWrite.Count);
        Assert.DoesNotContain(_effects.Sends, sent => sent.Message is Promise or SyncAccepted or Accepted);
    }

    /// <summary>§2.2, P2c: the value is that of the highest-numbered proposal among a majority, or any value if they
    /// reported none.</summary>
    [Fact]
    public void A_proposer_takes_the_value_of_the_highest_numbered_proposal_reported()
    {
        var quorums = new Quorums.MajorityQuorums(new(0b111));
        var promises = new SortedDictionary<int, Promise> { [0] = Reported(1, 11), [2] = Reported(2, 22) };
        var adoption = Adoption.Compute(promises, Slot.Zero, quorums);
        Assert.Equal(BallotOf(2), adoption!.Adopted);
        Assert.Equal(22, adoption.Suffix[0].Stamp.Microseconds);
        Assert.Empty(Adoption.Compute(new SortedDictionary<int, Promise> { [0] = Reported(0, 0),
            [2] = Reported(0, 0) }, default, quorums)!.Suffix);
    }

    /// <summary>§2.2: phase 2 may begin once a majority has responded, not before.</summary>
    [Fact]
    public void One_promise_of_three_is_not_enough() =>
        Assert.Null(Adoption.Compute(
            new SortedDictionary<int, Promise> { [1] = Reported(1, 1) }, default,
                new Quorums.MajorityQuorums(new(0b111))));

    /// <summary>§2.5: different proposers choose their numbers from disjoint sets, and no proposer uses one twice
    /// (here: in two lives).</summary>
    [Fact]
    public void Ballots_of_two_proposers_or_two_lives_differ_and_are_ordered()
    {
        Ballot[] ballots = [new(1, Self, 1), new(1, Self, 2), new(1, Other, 1), new(2, Self, 1)];
        Assert.Equal(ballots, ballots.OrderDescending().Reverse());
        Assert.Equal(4, ballots.Distinct().Count());
    }

    private static Ballot BallotOf(long round) => round == 0 ? Ballot.None : new(round, Other, 1);

    private static View ViewOf(long round) => new(BallotOf(round), new(2), [new(Other, 1)]);

    private static Promise Reported(long round, long stamp) => new(
        BallotOf(9),
        Slot.Zero,
        BallotOf(round),
        Slot.Zero,
        round == 0 ? null : ViewOf(round),
        round == 0 ? [] : [new(new(1), BallotOf(round), new(ValueKind.View, new(stamp), default))],
        []);

    private void Prepare(long round) => _acceptor.On(Other, new Prepare(BallotOf(round)), default, _effects);

    private void Sync(long round) => _acceptor.On(
        Other, new Sync(BallotOf(round), Slot.Zero, ViewOf(round), [new(ValueKind.View, LogTime.Zero, default)]),
            default, _effects);

    private void Accept(long round, long slot) => _acceptor.On(
        Other, new Accept(BallotOf(round), default, new(slot), new(ValueKind.Commands, LogTime.Zero, default),
            default, default), _effects);
}
