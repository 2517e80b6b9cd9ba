using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I11, R1: what an acceptor told as durable it remembers in its next life, or knows that it can't read it
/// (R24).</summary>
internal sealed class AmnesiaRule() : TraceRule("I11")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        if (traced.Happened is not Started { Memory: { } memory })
        {
            return null;
        }

        for (var later = history.Epoch.Next; history.Group.Find(later) is { } newer; later = later.Next)
        {
            if (newer.NodeOf(in traced).Acceptor.Promised is var promise && promise != Ballot.None)
            {
                return $"it had promised {promise} in {later}";
            }
        }

        var acceptor = history.NodeOf(in traced).Acceptor;
        if (memory.Promised < acceptor.Promised)
        {
            return $"it had promised {acceptor.Promised}";
        }

        if (memory.ChosenThrough < acceptor.ChosenThrough && memory.Damaged == 0)
        {
            return $"its chosen-through was {acceptor.ChosenThrough}";
        }

        // A reign that only a damaged checkpoint told of: everything above the chosen-through counts as faulty then.
        if (memory.LastVoted < acceptor.LastVoted)
        {
            return IsFaulty(memory, Slot.Max(acceptor.Highest, memory.ChosenThrough.Next))
                ? null
                : $"it had voted in {acceptor.LastVoted}";
        }

        return memory.LastVoted == acceptor.LastVoted ? FindLost(memory, acceptor, history, traced) : null;
    }

    private static string? FindLost(
        AcceptorMemory memory, AcceptorHistory acceptor, TraceHistory history, in TraceEvent traced)
    {
        var place = history.NodeOf(in traced).Place;
        var remembered = 0;
        for (var slot = Slot.Max(memory.ChosenThrough, acceptor.ChosenThrough).Next;
            slot <= acceptor.Highest;
            slot = slot.Next)
        {
            while (remembered < memory.Votes.Count && memory.Votes[remembered].Slot < slot)
            {
                remembered++;
            }

            var voted = history.Slots.Find(slot) is { } known
                && known.TryFind(acceptor.LastVoted, out var proposal) && (proposal.Voters & (1UL << place)) != 0;
            var holds = remembered < memory.Votes.Count && memory.Votes[remembered].Slot == slot;
            if (voted && !holds && !IsFaulty(memory, slot))
            {
                return $"it had voted for {slot} in {acceptor.LastVoted}";
            }
        }

        return null;
    }

    private static bool IsFaulty(AcceptorMemory memory, Slot slot)
    {
        foreach (var range in memory.Faulty)
        {
            if (range.Contains(slot))
            {
                return true;
            }
        }

        return false;
    }
}
