using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R6, I12: one proposer, in one life, may propose for a ballot and slot, and proposes one value,
/// once.</summary>
internal sealed class RightRule() : TraceRule("R6")
{
    private const int SlotsAheadMax = 1 << 20;

    public override string? On(in TraceEvent traced, TraceHistory history) => traced.Happened switch
    {
        Standing standing => Check(standing, history.NodeOf(in traced), traced.Origin),
        TakenOver taken => Check(taken, history, traced.Origin),
        Proposed proposed => Check(proposed, history, traced.Origin),
        _ => null,
    };

    private static string? Check(Standing standing, MemberHistory node, TraceOrigin origin)
    {
        if (!IsOwn(standing.Ballot, origin))
        {
            return "the ballot is another's";
        }

        // A life that ended may have stood higher, without a trace on its disk; its ballots differ by their life.
        var rises = standing.Ballot > node.Stood || node.Stood.Incarnation != origin.Incarnation;
        return rises ? null : $"it had stood with {node.Stood}";
    }

    private static string? Check(TakenOver taken, TraceHistory history, TraceOrigin origin)
    {
        if (!IsOwn(taken.Ballot, origin))
        {
            return "the ballot is another's";
        }

        if (history.ReignOf(taken.Ballot) is not null)
        {
            return "phase 1 ends once a ballot";
        }

        return taken.View.Ballot == taken.Ballot ? null : "the deal is another ballot's";
    }

    private static string? Check(Proposed proposed, TraceHistory history, TraceOrigin origin)
    {
        if (history.ReignOf(proposed.Ballot) is not { } reign)
        {
            return $"nobody took over with {proposed.Ballot}";
        }

        if (proposed.Slot < reign.View.Start)
        {
            return $"the lanes start at {reign.View.Start}";
        }

        var owner = reign.View.Owners[reign.LaneOf(proposed.Slot)];
        if (owner.Node != origin.Node || owner.Incarnation != origin.Incarnation)
        {
            return $"the slot is {owner}'s";
        }

        if (proposed.Slot.Index > history.ChosenThrough.Index + SlotsAheadMax)
        {
            return $"it is more than {SlotsAheadMax} slots ahead of what is chosen";
        }

        return history.Slots.Find(proposed.Slot) is { } slot && slot.TryFind(proposed.Ballot, out _)
            ? "there was a proposal for it in the same ballot"
            : null;
    }

    private static bool IsOwn(Ballot ballot, TraceOrigin origin) =>
        ballot.Proposer == origin.Node && ballot.Incarnation == origin.Incarnation;
}
