using PaxosSM.Messages;
using PaxosSM.Takeover;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>PROTOCOL's R5, its last resort: for a chosen slot that no learner supplies, the vote of the highest ballot
/// in a phase-1 quorum is the chosen value.</summary>
public sealed class LastResortTests
{
    private static readonly Ballot Leading = new(9, new(0), 1);
    private static readonly SlotRange Asked = new(new(1), new(1));
    private static readonly Instant Later = new(60_000_000);
    private readonly LastResort _lastResort;

    public LastResortTests()
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), "n", "n", MemberRoles.All, default)];
        ProtocolOptions options = new();
        _lastResort = new(new(new(1), new(0), 1, new(Epoch.First, members), options, 1));
        var effects = new Effects(new(0));
        var stuck = new Instant(1_000_000);
        _lastResort.OnTick(stuck, Leading, Slot.Zero, new(1), effects);
        _lastResort.OnTick(stuck + (options.ResendInterval * 10), Leading, Slot.Zero, new(1), effects);
        Assert.Contains(effects.Sends, sent => sent.Message is VotesRequest request && request.Range == Asked);
    }

    [Fact]
    public void One_acceptor_of_three_proves_nothing() => Assert.Empty(Answer(1, 1));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void The_vote_of_the_highest_ballot_in_a_quorum_is_the_chosen_value(int orphan, int chosen)
    {
        Answer(orphan, 1);
        var found = Answer(chosen, 2);
        Assert.Equal(2, Assert.Single(found).Stamp.Microseconds);
    }

    [Fact]
    public void A_faulty_slot_is_no_answer()
    {
        Answer(1, 2);
        Assert.Empty(_lastResort.On(new(2), new(Leading, Asked, [], [], [Asked])));
    }

    [Fact]
    public void A_dropped_vote_leaves_the_word_to_the_learner()
    {
        Answer(1, 1);
        Assert.Empty(_lastResort.On(new(2), new(Leading, Asked, [], [Asked], [])));
        Assert.Empty(Answer(0, 1));
    }

    [Fact]
    public void Where_votes_told_what_no_learner_could_the_next_slots_are_asked_for_at_once()
    {
        Answer(1, 1);
        Assert.NotEmpty(Answer(2, 1));
        Assert.Equal([new SlotRange(new(2), new(3))], AskedAtOnce());
    }

    [Fact]
    public void A_leader_that_dealt_again_asks_anew()
    {
        var effects = new Effects(new(0));
        var higher = Leading with { Round = Leading.Round + 1 };
        _lastResort.OnTick(Later, higher, Slot.Zero, new(1), effects);
        Assert.Contains(effects.Sends, sent => sent.Message is VotesRequest asked && asked.Ballot == higher);
    }

    [Fact]
    public void Where_a_learner_could_it_gets_its_time_again() => Assert.Empty(AskedAtOnce());

    private IEnumerable<SlotRange> AskedAtOnce()
    {
        var effects = new Effects(new(0));
        _lastResort.OnTick(Later, Leading, new(1), new(3), effects);
        var asked = effects.Sends.Select(sent => sent.Message).OfType<VotesRequest>();
        return asked.Select(request => request.Range).Distinct();
    }

    private IReadOnlyList<Value> Answer(int acceptor, long round)
    {
        Vote vote = new(new(1), new(round, new(0), 1), new(ValueKind.Skip, new(round), default));
        return _lastResort.On(new((ushort)acceptor), new(Leading, Asked, [vote], [], []));
    }
}
