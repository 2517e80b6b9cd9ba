using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I7: the stop is the last that counts: nothing of its epoch above it is applied, and whoever learns goes on
/// from it.</summary>
internal sealed class StopRule() : TraceRule("I7")
{
    public override string? On(in TraceEvent traced, TraceHistory history) => traced.Happened switch
    {
        EpochBegan began when traced.Sequence == 1 => CheckOthers(began, history.Group),
        EpochBegan began => CheckOthers(began, history.Group) ?? CheckOwn(began, history.NodeOf(in traced).Node),
        Applied applied => Check(applied, history),
        _ => null,
    };

    // What was applied before anybody told of the stop.
    private static string? CheckOthers(EpochBegan began, GroupHistory group)
    {
        if (group.Find(began.Start.Epoch) is not null)
        {
            return null;
        }

        foreach (var (id, node) in group.Nodes)
        {
            if (node.Applied > began.Start.Base || node.Frontier > began.Start.Base)
            {
                return $"{id} went on above {began.Start.Base}, through {Slot.Max(node.Applied, node.Frontier)}";
            }
        }

        return null;
    }

    // A restart reads its epoch back; who did not learn till now learns what came before from others.
    private static string? CheckOwn(EpochBegan began, NodeHistory node) =>
        node.HasStarted && (node.Roles & MemberRoles.Learner) != 0 && node.Frontier < began.Start.Base
            ? $"it has learned through {node.Frontier} only"
            : null;

    private static string? Check(Applied applied, TraceHistory history)
    {
        if (history.Group.Find(new Epoch(history.Epoch.Number - 1)) is not { } before
            || history.Slots.Find(applied.Slot) is { IsChosen: true })
        {
            return null;
        }

        return before.Slots.Find(applied.Slot) is { } slot && IsProposed(slot, applied.Checksum)
            ? $"{applied.Checksum} was proposed for {applied.Slot} in {before.Epoch}, which ended at "
                + $"{history.Start.Base}"
            : null;
    }

    private static bool IsProposed(SlotHistory slot, uint checksum)
    {
        foreach (var proposal in slot.Proposals)
        {
            if (proposal.Checksum == checksum)
            {
                return true;
            }
        }

        return false;
    }
}
