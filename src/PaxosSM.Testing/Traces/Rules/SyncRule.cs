using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R3: the first vote in a ballot is its whole sync, once.</summary>
internal sealed class SyncRule() : TraceRule("R3")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        var lastVoted = history.NodeOf(in traced).Acceptor.LastVoted;
        return traced.Happened switch
        {
            SyncVoted sync => Check(sync, lastVoted, history),
            SlotVoted voted when voted.Ballot != lastVoted || lastVoted == Ballot.None =>
                $"the first vote in {voted.Ballot} must be its sync; it last voted in {lastVoted}",
            _ => null,
        };
    }

    private static string? Check(SyncVoted sync, Ballot lastVoted, TraceHistory history)
    {
        if (sync.Ballot <= lastVoted)
        {
            return $"it had voted in {lastVoted}";
        }

        var reign = history.ReignOf(sync.Ballot)!;
        var whole = Math.Max(0, reign.ViewSlot.Index - sync.Base.Index);
        if (sync.Checksums.Count != whole)
        {
            return $"{sync.Checksums.Count} values of a suffix of {whole}: a sync is all or nothing";
        }

        var same = sync.View.Ballot == sync.Ballot
            && sync.View.Start == reign.View.Start
            && sync.View.Owners.SequenceEqual(reign.View.Owners);
        return same ? null : $"the deal of {sync.Ballot} is {reign.View}";
    }
}
