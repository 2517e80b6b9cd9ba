using PaxosSM.Core.Tests.Execution;
using PaxosSM.Messages;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Core.Tests.Papers;

/// <summary>What is taken, and proposed, in an epoch that is wedged for maintenance.</summary>
public sealed class WedgeTests
{
    private static readonly Instant Start = new(1_000_000);
    private static readonly NodeId Self = new(0);
    private static readonly Configuration Alone = new(
        Epoch.First, [new(Self, "n", "n:1", MemberRoles.All, new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)))]);

    public static TheoryData<string, bool> Kinds => new()
    {
        { nameof(EntryKind.Command), false },
        { nameof(EntryKind.OpenSession), false },
        { nameof(EntryKind.KeepAlive), true },
        { nameof(EntryKind.CloseSession), true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_wedged_epoch_takes_what_keeps_or_ends_a_session_and_nothing_else(string kind, bool takes)
    {
        var entry = Entry(Enum.Parse<EntryKind>(kind));
        var (open, wedged) = (Core(wedged: false), Core(wedged: true));
        Assert.Equal(PaxosError.None, open.Submit(entry, 1, new(Self)));
        Assert.Equal(takes ? PaxosError.None : PaxosError.Wedged, wedged.Submit(entry, 1, new(Self)));

        // One that may not be among those that may.
        ReadOnlyMemory<byte> both = (byte[])[.. Entry(EntryKind.KeepAlive).Span, .. entry.Span];
        Assert.Equal(takes ? PaxosError.None : PaxosError.Wedged, wedged.Submit(both, 2, new(Self)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_proposer_takes_none_from_other_nodes_either(string kind, bool takes)
    {
        var core = Core(wedged: true);
        Effects effects = new(Self);
        core.Step(new Received(new(1), new Submit(Entry(Enum.Parse<EntryKind>(kind)), 1)), Start, effects);
        var refused = effects.Sends.Select(sent => sent.Message).OfType<SubmitRefused>().ToArray();
        Assert.Equal(takes ? [] : [PaxosError.Wedged], refused.Select(each => each.Error));
    }

    [Fact]
    public void The_next_epoch_has_the_same_members_and_gives_no_number_out_twice()
    {
        Configuration present = new(new(4), Alone.Members, default, DealPolicy.AllProposers) { NextNumber = 9 };
        var wedged = present.InNextEpoch(wedged: true);
        Assert.Equal(
            (new Epoch(5), present.Rule, present.Deal, (ushort)9, true),
            (wedged.Epoch, wedged.Rule, wedged.Deal, wedged.NextNumber, wedged.IsWedged));
        Assert.Equal(present.Members, wedged.Members);
        Assert.False(wedged.InNextEpoch(wedged: false).IsWedged);
        Assert.NotNull(Stop.NextAfter(new(4), new(1), new Stop(new(4), 1, wedged).ToValue(LogTime.Zero)));
    }

    private static ReadOnlyMemory<byte> Entry(EntryKind kind) =>
        new TestBatch().Add(kind, 1, 1, 0, []).At(1).Payload;

    // Its only proposer stands at once, so that entries may come there.
    private static Succession Core(bool wedged)
    {
        Configuration members = new(Alone.Epoch, Alone.Members) { IsWedged = wedged };
        Succession core = new(new(new(1), Self, 1, members, new(), 1), Slot.Zero, Start);
        Effects effects = new(Self);
        for (var now = Start; !core.Replica.Stands; now += TimeSpan.FromMilliseconds(10))
        {
            Assert.True(now - Start < TimeSpan.FromMinutes(1), "it never stands");
            core.Step(new Ticked(new(1)), now, effects);
        }

        return core;
    }
}
