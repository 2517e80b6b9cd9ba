using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R2: an acceptor promises above its promise only, and votes below it never.</summary>
internal sealed class PromiseRule() : TraceRule("R2")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        var promised = history.NodeOf(in traced).Acceptor.Promised;
        return traced.Happened switch
        {
            PromiseMade promise when promise.Ballot <= promised => $"it had promised {promised}",
            SyncVoted sync when sync.Ballot < promised => $"it had promised {promised}",
            SlotVoted voted when voted.Ballot < promised => $"it had promised {promised}",
            _ => null,
        };
    }
}
