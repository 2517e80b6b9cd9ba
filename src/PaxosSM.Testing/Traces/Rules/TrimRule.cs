using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R25: a node drops only what is in a durable snapshot here and with f + 1 learners. A guest's log is its
/// own: nobody counts on it.</summary>
internal sealed class TrimRule() : TraceRule("R25")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        if (traced.Happened is not Trimmed trimmed)
        {
            return null;
        }

        var member = history.NodeOf(in traced);
        var node = member.Node;
        if ((node.Roles & MemberRoles.Learner) != 0 && node.Saved < trimmed.Through)
        {
            return $"its snapshots end at {node.Saved}";
        }

        return member.Place < 0 || IsCovered(trimmed.Through, history)
            ? null
            : $"too few learners hold a snapshot of {trimmed.Through}";
    }

    /// <summary>Whether f + 1 learners, or all, told that a snapshot covers a slot.</summary>
    public static bool IsCovered(Slot through, TraceHistory history)
    {
        var needed = history.Configuration.LearnersNeeded;
        foreach (var learner in history.Configuration.Learners)
        {
            needed -= history.Find(learner)!.Node.Saved >= through || history.Group.IsDoubled(learner) ? 1 : 0;
        }

        return needed <= 0;
    }
}
