using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R4: an acceptor's votes in a lane have no gap, but for what it durably knows to be chosen.</summary>
internal sealed class LanePrefixRule() : TraceRule("R4")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        if (traced.Happened is not SlotVoted voted)
        {
            return null;
        }

        var reign = history.ReignOf(voted.Ballot)!;
        if (voted.Slot < reign.View.Start)
        {
            return $"the lanes of {voted.Ballot} start at {reign.View.Start}";
        }

        var acceptor = history.NodeOf(in traced).Acceptor;
        var before = new Slot(voted.Slot.Index - reign.Lanes);
        var end = acceptor.EndOf(reign.LaneOf(voted.Slot));
        var passed = Slot.Max(acceptor.ChosenThrough, voted.ChosenThrough);
        return before <= Slot.Max(end, passed)
            ? null
            : $"its votes in the lane end at {end}, and it knows chosen through {passed}";
    }
}
