using PaxosSM.Messages;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>How long a proposer stands (R23): until it leads, or somebody else does, be it with a lower ballot, which
/// won since acceptors owed the leader before a lease (R20b).</summary>
public sealed class StandingTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly NodeId Self = new(2);
    private static readonly NodeId Before = new(1);
    private static readonly NodeId Other = new(0);
    private static readonly Ballot Past = new(2, Before, 1);
    private static readonly Ballot Next = new(3, Other, 1);
    private readonly Effects _effects = new(Self);
    private readonly Replica _replica;
    private Instant _now = new(60_000_000);

    public StandingTests()
    {
        Member[] members = [.. from id in Enumerable.Range(0, 3)
            select new Member(new((ushort)id), $"n{id}", "n", MemberRoles.All, default)];
        _replica = new(new(new(1), Self, 1, new(Epoch.First, members), new(), 1), Slot.Zero, _now);
        Hear(Before, new Heartbeat(Past, 1, Slot.Zero, Slot.Zero, Slot.Zero, WantsLease: true));
        _replica.Step(new Reachable([Self, Other], true), _now, _effects);
        for (var ticks = 0; ticks < 200 && !_replica.Stands; ticks++)
        {
            Wait();
            foreach (var canvass in _effects.Sends.Select(sent => sent.Message).OfType<Canvass>().ToArray())
            {
                Hear(Other, new CanvassReply(canvass.Round, true, Past));
            }
        }

        Assert.True(Assert.Single(_effects.Events.OfType<Standing>()).Ballot > Next);
        _effects.Clear();
    }

    [Fact]
    public void Once_another_leads_with_a_lower_ballot_nobody_stands_on_and_commands_go_there()
    {
        Hear(Other, new Heartbeat(Next, 1, Slot.Zero, Slot.Zero, Slot.Zero, WantsLease: true));
        Assert.Equal(Next, _replica.Leader);
        Assert.False(_replica.Stands);
        Assert.Equal(PaxosError.None, _replica.Submit(new byte[1], 1, _effects));
        Assert.Equal(Other, Assert.Single(_effects.Sends, sent => sent.Message is Submit).To);
        _effects.Clear();
        Wait();
        Assert.DoesNotContain(_effects.Sends, sent => sent.Message is Prepare);
    }

    [Fact]
    public void A_late_word_of_the_leader_that_was_given_up_changes_nothing()
    {
        Hear(Before, new Heartbeat(Past, 2, Slot.Zero, Slot.Zero, Slot.Zero, WantsLease: true));
        Assert.True(_replica.Stands);
    }

    private void Wait()
    {
        _now += Tick;
        _replica.Step(new Ticked(new(_now.Microseconds)), _now, _effects);
        _replica.EndRound(_now, _effects);
    }

    private void Hear(NodeId from, Message message) => _replica.Step(new Received(from, message), _now, _effects);
}
