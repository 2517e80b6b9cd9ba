using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R5: a take-over counts promises of a quorum and adopts what they make it adopt, computed here anew from the
/// acceptors' own votes.</summary>
internal sealed class TakeOverRule() : TraceRule("R5")
{
    private static readonly uint Skip = new Value(ValueKind.Skip, LogTime.Zero, default).Checksum;

    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        if (traced.Happened is not TakenOver taken)
        {
            return null;
        }

        var adopted = Ballot.None;
        var counted = 0UL;
        foreach (var node in taken.Promises)
        {
            if (Check(taken, node, history) is { } wrong)
            {
                return wrong;
            }

            var promised = history.Find(node)!;
            counted |= 1UL << promised.Place;
            adopted = Ballot.Max(adopted, promised.Acceptor.LastVotedBelow(taken.Ballot));
        }

        if (!history.IsPhase1(counted))
        {
            return "the promises counted are no quorum";
        }

        if (taken.Base > history.ChosenThrough)
        {
            return $"not all through its base {taken.Base} is chosen, only through {history.ChosenThrough}";
        }

        return adopted == taken.Adopted
            ? CheckSuffix(taken, counted, history)
            : $"the highest ballot voted in by those that it counted is {adopted}";
    }

    private static string? Check(TakenOver taken, NodeId node, TraceHistory history)
    {
        if (history.Find(node)?.Acceptor is not { } acceptor || !acceptor.HasPromised(taken.Ballot))
        {
            return $"{node} has not promised {taken.Ballot}";
        }

        foreach (var range in acceptor.FaultyAt(taken.Ballot))
        {
            if (range.Last > taken.Base)
            {
                return $"{node} could not read its votes in {range}, which is not all at or below {taken.Base}";
            }
        }

        return null;
    }

    private static string? CheckSuffix(TakenOver taken, ulong counted, TraceHistory history)
    {
        var expected = Expect(taken, counted, history);
        if (taken.View.Slot.Index != taken.Base.Index + expected.Count + 1
            || taken.Checksums.Count != expected.Count + 1)
        {
            return $"{expected.Count} slots above its base {taken.Base} must be adopted, then its view";
        }

        for (var index = 0; index < expected.Count; index++)
        {
            if (taken.Checksums[index] != expected[index])
            {
                return $"{expected[index]} must be adopted at {new Slot(taken.Base.Index + 1 + index)}";
            }
        }

        return null;
    }

    private static List<uint> Expect(TakenOver taken, ulong counted, TraceHistory history)
    {
        List<uint> expected = [];
        if (history.ReignOf(taken.Adopted) is not { } reign)
        {
            return expected;
        }

        // For each lane, where the longest prefix of votes above the base ends; the suffix goes as far as the highest.
        var ends = new Slot[reign.Lanes];
        var last = Slot.Max(taken.Base, reign.ViewSlot);
        for (var lane = 0; lane < ends.Length; lane++)
        {
            var slot = reign.FirstOf(lane, taken.Base);
            while (VoteOf(reign.Ballot, slot, counted, history) is not null)
            {
                slot = new(slot.Index + reign.Lanes);
            }

            ends[lane] = new(slot.Index - reign.Lanes);
            last = Slot.Max(last, ends[lane]);
        }

        for (var slot = taken.Base.Next; slot <= last; slot = slot.Next)
        {
            var survives = slot <= reign.ViewSlot || slot <= ends[reign.LaneOf(slot)];
            expected.Add((survives ? VoteOf(reign.Ballot, slot, counted, history) : null) ?? Skip);
        }

        return expected;
    }

    private static uint? VoteOf(Ballot ballot, Slot at, ulong counted, TraceHistory history) =>
        history.Slots.Find(at) is { } slot
        && slot.TryFind(ballot, out var proposal) && (proposal.Voters & counted) != 0
            ? proposal.Checksum
            : null;
}
