using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R14: nobody promises or votes in an epoch that it has not begun, and nobody lets anything go in it before
/// enough have.</summary>
internal sealed class StartRule() : TraceRule("R14")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        var epoch = traced.Origin.Epoch;
        if (epoch == history.Group.First.Epoch)
        {
            return null;
        }

        return traced.Happened switch
        {
            PromiseMade or SyncVoted or SlotVoted or ChosenThroughRaised
                when history.Epoch != epoch || history.Find(traced.Origin.Node) is not { HasBegun: true } =>
                    $"it has not begun {epoch}",
            Trimmed when !history.HasEnoughBegun => $"too few have begun {epoch} to let anything go",
            HandedOver handed when handed.Epoch != epoch => $"it is in {epoch}",
            HandedOver when !history.HasEnoughBegun => $"too few have begun {epoch}",
            _ => null,
        };
    }
}
