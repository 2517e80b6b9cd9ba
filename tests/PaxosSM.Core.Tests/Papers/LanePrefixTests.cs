using PaxosSM.Log;
using PaxosSM.Messages;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>PROTOCOL's R4: an acceptor's votes in a lane leave no gap, in whatever order proposals come.</summary>
public sealed class LanePrefixTests
{
    private static readonly NodeId Self = new(0);
    private static readonly NodeId Leader = new(1);
    private static readonly Ballot First = new(1, Leader, 1);
    private readonly Effects _effects = new(Self);
    private readonly Acceptor _acceptor = new(Self, new(), new(TimeSpan.Zero, false, default));

    public LanePrefixTests() => Sync(First);

    [Fact]
    public void A_proposal_that_would_leave_a_gap_gets_no_vote_yet()
    {
        Accept(First, 4);
        Assert.Empty(Votes());
        Assert.Equal(new Slot(1), LastAnswer().Through);
    }

    [Fact]
    public void What_overtook_others_is_voted_for_once_the_gap_is_filled()
    {
        foreach (var slot in (long[])[5, 3, 4, 2])
        {
            Accept(First, slot);
        }

        Assert.Equal([new(2), new(3), new(4), new(5)], Votes());
        Assert.Equal(new Slot(5), LastAnswer().Through);
    }

    [Fact]
    public void What_overtook_others_in_an_older_ballot_is_forgotten()
    {
        Accept(First, 3);
        var second = new Ballot(2, Leader, 1);
        Sync(second);
        Accept(second, 2);
        Assert.Equal([new(2)], Votes());
    }

    [Fact]
    public void A_gap_that_is_known_to_be_chosen_is_no_gap()
    {
        Accept(First, 4);
        Accept(First, 5, chosenThrough: 3);
        Assert.Equal([new(4), new(5)], Votes());
    }

    [Fact]
    public void A_leader_fills_a_gap_at_once_though_it_goes_on_proposing()
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), "n", "n", MemberRoles.All, default)];
        ReplicaContext context = new(new(1), Leader, 1, new(Epoch.First, members), new(), 1);
        View view = new(First, new(2), [new(Leader, 1)]);
        Reign reign = new(context, view, Slot.Zero, [new(ValueKind.View, LogTime.Zero, default)], default);
        foreach (var acceptor in reign.Acceptors)
        {
            reign.On(acceptor, new(First, Slot.Zero), _effects);
        }

        var now = new Instant(1_000_000);
        var owned = reign.Owned!;
        owned.Propose(owned.Lanes[0], Command(), now, _effects);
        owned.Propose(owned.Lanes[0], Command(), now, _effects);
        _effects.Clear();
        for (var answer = 0; answer < 3; answer++)
        {
            owned.On(reign.Acceptors[2].Node, new(First, default, new(1), new(1)), default, _effects);
        }

        Assert.Equal(new Slot(2), Assert.IsType<Accept>(Assert.Single(_effects.Sends).Message).Slot);
    }

    private static Value Command() => new(ValueKind.Commands, LogTime.Zero, default);

    private Slot[] Votes() => [.. _effects.Writes.OfType<VoteWrite>().Select(write => write.Slot)];

    private Accepted LastAnswer() => Assert.IsType<Accepted>(_effects.SendsAfterWrite[^1].Message);

    private void Sync(Ballot ballot) => _acceptor.On(
        Leader,
        new Sync(
            ballot,
            Slot.Zero,
            new(ballot, new(2), [new(Leader, 1)]),
            [new(ValueKind.View, LogTime.Zero, default)]),
        default,
        _effects);

    private void Accept(Ballot ballot, long slot, long chosenThrough = 0) => _acceptor.On(
        Leader,
        new Accept(ballot, default, new(slot), Command(), new(chosenThrough), new(chosenThrough)),
        _effects);
}
