using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R12: an epoch begins with no votes, ballots of its own, and the chosen prefix as its base: no acceptor
/// remembers in it what it promised or voted for in another.</summary>
internal sealed class FreshRule() : TraceRule("R12")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        if (history.Epoch == history.Group.First.Epoch)
        {
            return null;
        }

        return traced.Happened switch
        {
            Started { Memory: { } memory } => Check(memory, history),
            TakenOver taken when taken.Base < history.Start.Base =>
                $"it takes over from {taken.Base} on, and {history.Start.Base} is the epoch's base",
            _ => null,
        };
    }

    private static string? Check(AcceptorMemory memory, TraceHistory history)
    {
        if (memory.Promised != Ballot.None && !history.HasStood(memory.Promised))
        {
            return $"it holds a promise of {memory.Promised}, with which nobody stood in {history.Epoch}";
        }

        if (memory.LastVoted != Ballot.None && history.ReignOf(memory.LastVoted) is null)
        {
            return $"it voted in {memory.LastVoted}, which did not take over in {history.Epoch}";
        }

        foreach (var vote in memory.Votes)
        {
            if (history.ReignOf(vote.Ballot) is null || vote.Slot <= history.Start.Base)
            {
                return $"it holds a vote of {vote.Ballot} for {vote.Slot}, which is none of {history.Epoch}";
            }
        }

        return null;
    }
}
