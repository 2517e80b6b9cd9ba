using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R7: a watermark covers only what a quorum voted for in its very ballot, or what its owner may pass by R4's
/// last sentence.</summary>
internal sealed class WatermarkRule() : TraceRule("R7")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        if (traced.Happened is not Counted { Mark: var mark })
        {
            return null;
        }

        if (history.ReignOf(mark.Ballot) is not { } reign)
        {
            return $"nobody took over with {mark.Ballot}";
        }

        var owner = mark.Lane == Lane.Sync ? new(mark.Ballot.Proposer, mark.Ballot.Incarnation)
            : mark.Lane.Index < reign.Lanes ? reign.View.Owners[mark.Lane.Index]
            : default;
        if (owner.Node != traced.Origin.Node || owner.Incarnation != traced.Origin.Incarnation)
        {
            return $"to count there is {owner}'s";
        }

        return FirstUncounted(mark, history) is { } slot ? $"no quorum voted for {slot} in {mark.Ballot}" : null;
    }

    /// <summary>The first slot that a watermark must not cover; null for none.</summary>
    public static Slot? FirstUncounted(Watermark mark, TraceHistory history)
    {
        var reign = history.ReignOf(mark.Ballot)!;
        var isSync = mark.Lane == Lane.Sync;
        var slot = isSync ? reign.Taken.Base.Next : new(reign.CountedIn(mark.Lane.Index).Index + reign.Lanes);
        for (; slot <= mark.Through; slot = new(slot.Index + (isSync ? 1 : reign.Lanes)))
        {
            if (slot > history.Slots.Floor && !MayCover(mark.Ballot, history.Slots.Find(slot), history))
            {
                return slot;
            }
        }

        return null;
    }

    private static bool MayCover(Ballot ballot, SlotHistory? slot, TraceHistory history) =>
        slot is not null
        && slot.TryFind(ballot, out var proposal)
        && (history.IsPhase2(proposal.Voters) || (slot.IsChosen && slot.Checksum == proposal.Checksum));
}
