using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I6: replicas apply the same values in the same order, slot by slot; snapshots are of that order,
/// too.</summary>
internal sealed class OneOrderRule() : TraceRule("I6")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        var node = history.NodeOf(in traced).Node;
        switch (traced.Happened)
        {
            case Applied applied:
                return applied.Slot == node.Applied.Next
                    ? Compare(history, applied.Slot, applied.Chain)
                    : $"its machine holds what is applied through {node.Applied}";
            case StateRestored restored:
                return Compare(history, restored.Slot, restored.Chain);
            case StateSaved saved:
                return Compare(history, saved.Slot, saved.Chain);
            case Diverged diverged when !history.Group.SomebodyLied:
                return $"this replica found that it differs: {diverged.Text}";
            default:
                return null;
        }
    }

    private static string? Compare(TraceHistory history, Slot at, ulong chain) =>
        history.Slots.Find(at) is not { Chain: { } known } || known == chain
            ? null
            : $"another replica's history through {at} is {known:x16}";
}
