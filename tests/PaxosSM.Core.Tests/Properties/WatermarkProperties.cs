using FsCheck.Xunit;
using PaxosSM.Roles;
using PaxosSM.Testing.Generators;

namespace PaxosSM.Core.Tests.Properties;

/// <summary>Watermarks against R7 taken slot by slot: a mark vouches for every slot of its lane up to it.</summary>
[Properties(Arbitrary = [typeof(PaxosArbitraries)], MaxTest = 500)]
public sealed class WatermarkProperties
{
    private const int SlotsLooked = 60;

    [Property]
    public void What_is_known_to_be_chosen_is_what_some_mark_vouches_for(View view, (byte Lane, byte Through)[] marks)
    {
        var watermarks = new Watermarks();
        watermarks.Begin(view);
        List<Watermark> raised = [];
        foreach (var (lane, through) in marks)
        {
            var mark = MarkOf(view, lane, through);
            var before = Known(view, raised);
            raised.Add(mark);
            var known = Known(view, raised);
            Assert.True(watermarks.Raise(mark) || known.SequenceEqual(before), $"{mark} was told of as nothing new");
            Assert.Equal(Prefix(view, known), watermarks.Through.Index);
            Assert.Equal(known, Slots().Select(slot => watermarks.Covers(new(slot, view.Ballot, Skip))));
            Assert.False(watermarks.Raise(mark), "the same mark was told of as new");
        }
    }

    [Property]
    public void Only_a_newer_reign_begins_anew(View first, View second, byte through)
    {
        var watermarks = new Watermarks();
        watermarks.Begin(first);
        _ = watermarks.Raise(new(first.Ballot, Lane.Sync, new(first.Start.Index + through)));
        var known = watermarks.Through;
        watermarks.Begin(second);
        var isNewer = second.Ballot > first.Ballot;
        Assert.Equal(isNewer ? second : first, watermarks.View);
        Assert.Equal(isNewer ? Slot.Zero : known, watermarks.Through);
        Assert.False(isNewer && watermarks.Raise(new(first.Ballot, Lane.Sync, new(1000))));
    }

    private static Value Skip => new(ValueKind.Skip, default, default);

    private static IEnumerable<Slot> Slots() => Enumerable.Range(1, SlotsLooked).Select(index => new Slot(index));

    private static Watermark MarkOf(View view, byte lane, byte through)
    {
        var ballot = lane % 8 == 7 ? view.Ballot with { Round = view.Ballot.Round + 1 } : view.Ballot;
        var place = lane % (view.Owners.Count + 2);
        var named = place == view.Owners.Count ? Lane.Sync : new Lane((ushort)place);
        return new(ballot, named, LastOf(view, named, new(through % SlotsLooked)));
    }

    // A lane's mark names a slot of the lane, or one from before the reign.
    private static Slot LastOf(View view, Lane lane, Slot through)
    {
        if (lane == Lane.Sync || through <= view.Slot)
        {
            return through;
        }

        var beyond = through.Index - view.FirstOf(lane).Index;
        return beyond < 0 ? view.Slot : new(through.Index - (beyond % view.Owners.Count));
    }

    private static bool[] Known(View view, List<Watermark> raised)
    {
        var marks = raised.Where(mark => mark.Ballot == view.Ballot).ToArray();

        // The leader proposes in its own lane only once it counted its sync.
        var isSynced = marks.Any(mark => mark.Through >= view.Slot && (mark.Lane == Lane.Sync
            || (mark.Lane.Index < view.Owners.Count
                && view.Owners[mark.Lane.Index].Node == view.Ballot.Proposer)));
        return
        [
            .. Slots().Select(slot => slot <= view.Slot
                ? isSynced
                : marks.Any(mark => mark.Lane == view.LaneOf(slot) && mark.Through >= slot)),
        ];
    }

    // Lane by lane a slot may be known while the sync below is not.
    private static long Prefix(View view, bool[] known) =>
        known[(int)view.Slot.Index - 1] ? known.TakeWhile(isKnown => isKnown).Count() : 0;
}
