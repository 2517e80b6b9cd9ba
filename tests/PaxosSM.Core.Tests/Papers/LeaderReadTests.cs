using PaxosSM.Messages;
using PaxosSM.Reads;
using PaxosSM.Roles;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>R20: a leader's reads where two others own lanes too, and answer their clients by themselves.</summary>
/// <remarks>Slot 1 is the view's; the leader's lane has 2, 5, the others' 3, 6 and 4, 7.</remarks>
public sealed class LeaderReadTests
{
    private static readonly NodeId Self = new(0);
    private static readonly NodeId Second = new(1);
    private static readonly NodeId Third = new(2);
    private static readonly Instant Now = new(60_000_000);
    private readonly Effects _effects = new(Self);
    private readonly Reign _reign;
    private readonly LeaderReads _reads;

    public LeaderReadTests()
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), "n", "n", MemberRoles.All, default)];
        var options = new ProtocolOptions { LeaseDuration = TimeSpan.FromMilliseconds(500) };
        var context = new ReplicaContext(new(1), Self, 1, new(Epoch.First, members), options, 1);
        View view = new(new(1, Self, 1), new(2), [new(Self, 1), new(Second, 1), new(Third, 1)]);
        _reign = new(context, view, Slot.Zero, [new(ValueKind.View, LogTime.Zero, default)], Now);
        foreach (var node in (NodeId[])[Self, Second])
        {
            _reign.On(_reign.Find(node)!, new(view.Ballot, Slot.Zero), _effects);
        }

        _reads = new(context, _reign);
        var owned = _reign.Owned!;
        owned.Propose(owned.Lanes[0], new(ValueKind.Commands, LogTime.Zero, default), Now, _effects);
        owned.On(Self, new(view.Ballot, default, new(1), new(2)), default, _effects);
        owned.On(Second, new(view.Ballot, default, new(1), new(2)), default, _effects);
        Assert.Equal(new Slot(2), _reign.ChosenThrough);
    }

    [Fact]
    public void A_lease_read_sees_what_others_may_have_answered_before_the_leaders_next_turn_R20b()
    {
        _reads.Beat(Now, _effects);
        Confirm(Self, 2, leased: true);
        Confirm(Second, 2, leased: true);
        Assert.True(_reads.LeaseUntil() > Now);
        Read(7, lease: true);
        Assert.Empty(_effects.Reads);

        Hear(lane: 1, through: 3);
        Hear(lane: 2, through: 4);
        Read(8, lease: true);
        var read = _effects.Reads.Single(read => read.Id == 8);
        Assert.Equal(new Slot(4), read.Bound);
        Assert.Equal(_reads.LeaseUntil(), read.LeaseUntil);
    }

    [Fact]
    public void A_confirmed_read_sees_what_an_acceptor_of_the_quorum_voted_for_in_any_lane_R20a()
    {
        Read(7, lease: false);
        Confirm(Self, 2);
        Confirm(Second, 3);
        _reads.Advance(Now, viewApplied: true, _effects);
        Assert.Empty(_effects.Reads);

        Hear(lane: 1, through: 3);
        _reads.Advance(Now, viewApplied: true, _effects);
        Assert.Equal(new Slot(3), Assert.Single(_effects.Reads).Bound);
    }

    [Fact]
    public void A_leader_that_stops_its_epoch_answers_no_reads_R20()
    {
        Read(7, lease: false);
        new Leading(_reign, _reads).BeginStop(null);
        Confirm(Self, 2);
        Confirm(Second, 2);
        _reads.Advance(Now, viewApplied: true, _effects);
        Assert.Empty(_effects.Reads);
    }

    private void Read(long id, bool lease)
    {
        _reads.Request(Self, id, lease, _effects);
        _reads.Advance(Now, viewApplied: true, _effects);
    }

    private void Confirm(NodeId from, long highest, bool leased = false)
    {
        var nonce = _effects.Sends.Select(sent => sent.Message).OfType<Heartbeat>().Last().Nonce;
        _reads.On(_reign.Find(from)!, new(_reign.Ballot, nonce, new(highest), leased, true), Now);
    }

    private void Hear(ushort lane, long through) =>
        _reign.Owned!.Hear(new(_reign.Ballot, new(lane), new(through)), Slot.Zero, new(through));
}
