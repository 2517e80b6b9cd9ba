using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I2: what is voted for, remembered as a vote, or applied was proposed: in that very ballot, by who may; and
/// what is applied is the value chosen.</summary>
/// <remarks>What a take-over adopts goes back to proposals by R5. That clients sent the commands no trace
/// tells.</remarks>
internal sealed class ProposedValueRule() : TraceRule("I2")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        switch (traced.Happened)
        {
            case SlotVoted voted:
                return Check(history, voted.Slot, voted.Ballot, voted.Checksum);
            case SyncVoted sync:
                return Check(history, sync);
            case Started { Memory: { } memory }:
                return Check(history, memory);
            case Applied applied when history.Slots.Find(applied.Slot) is { } slot:
                return !slot.IsChosen || slot.Checksum == applied.Checksum
                    ? null
                    : $"{slot.Checksum} is chosen at {applied.Slot}";
            default:
                return null;
        }
    }

    private static string? Check(TraceHistory history, Slot at, Ballot ballot, uint checksum)
    {
        if (history.Slots.Find(at) is not { } slot || !slot.TryFind(ballot, out var proposal))
        {
            return at <= history.Slots.Floor ? null : $"nothing was proposed for {at} in {ballot}";
        }

        return proposal.Checksum == checksum ? null : $"{proposal.Checksum} was proposed for {at} in {ballot}";
    }

    private static string? Check(TraceHistory history, SyncVoted sync)
    {
        if (history.ReignOf(sync.Ballot) is not { } reign)
        {
            return $"nobody took over with {sync.Ballot}";
        }

        for (var index = 0; index < sync.Checksums.Count; index++)
        {
            // A base below the take-over's would make a suffix that was never proposed.
            Slot slot = new(sync.Base.Index + 1 + index);
            if (reign.Synced(slot) != sync.Checksums[index])
            {
                return $"the sync of {sync.Ballot} holds no such value for {slot}";
            }
        }

        return null;
    }

    private static string? Check(TraceHistory history, AcceptorMemory memory)
    {
        if (memory.LastVoted != Ballot.None && history.ReignOf(memory.LastVoted) is null)
        {
            return $"nobody took over with {memory.LastVoted}";
        }

        foreach (var vote in memory.Votes)
        {
            if (Check(history, vote.Slot, vote.Ballot, vote.Checksum) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }
}
