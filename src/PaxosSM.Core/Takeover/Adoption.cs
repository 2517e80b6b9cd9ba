using PaxosSM.Messages;
using PaxosSM.Quorums;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Takeover;

/// <summary>What a new ballot must propose before anything of its own (R5).</summary>
/// <param name="Base">C: everything up to here is chosen.</param>
/// <param name="Adopted">m: the ballot whose suffix is taken over; <see cref="Ballot.None"/> for none.</param>
/// <param name="Suffix">The values from C + 1 on; the new ballot's view follows them.</param>
/// <param name="Counted">Whose promises counted.</param>
internal sealed record Adoption(Slot Base, Ballot Adopted, IReadOnlyList<Value> Suffix, NodeSet Counted)
{
    /// <summary>The slot of the new ballot's view.</summary>
    public Slot ViewSlot => new(Base.Index + Suffix.Count + 1);

    /// <summary>Whether the suffix holds a stop that can end the epoch (R11).</summary>
    public bool Stops(Epoch epoch) => Suffix.Any(value => Stop.Of(value)?.Expected == epoch);

    /// <summary>Computes the adoption; null while the promises that count are no phase-1 quorum.</summary>
    /// <remarks>
    /// <para>A whole run of one ballot survives, or none of it: slot-by-slot recovery is what lets an orphan come
    /// back.</para>
    /// <para>Facts (C) may come from any promise; votes and m come from those that count only: all their slots that
    /// can't be read lie at or below C, and the deal of their last reign is known from one of them.</para>
    /// </remarks>
    /// <param name="promises">The promises of the new ballot, by the acceptor's place.</param>
    /// <param name="knownChosen">What the proposer itself knows to be chosen.</param>
    /// <param name="quorums">Which sets of acceptors decide.</param>
    public static Adoption? Compute(IReadOnlyDictionary<int, Promise> promises, Slot knownChosen, QuorumSystem quorums)
    {
        var chosen = knownChosen;
        foreach (var promise in promises.Values)
        {
            chosen = Slot.Max(chosen, Slot.Max(promise.ChosenThrough, promise.SyncBase));
        }

        var counting = NodeSet.Empty;
        var adopted = Ballot.None;
        foreach (var (place, promise) in promises)
        {
            if (Counts(promise, chosen, promises))
            {
                counting = counting.With(place);
                adopted = Ballot.Max(adopted, promise.LastVoted);
            }
        }

        if (!quorums.IsPhase1(counting))
        {
            return null;
        }

        var suffix = adopted == Ballot.None ? [] : SuffixOf(adopted, chosen, promises, counting);
        return new(chosen, adopted, suffix, counting);
    }

    private static bool Counts(Promise promise, Slot chosen, IReadOnlyDictionary<int, Promise> promises)
    {
        foreach (var faulty in promise.Faulty)
        {
            if (faulty.Last > chosen)
            {
                return false;
            }
        }

        return promise.LastVoted == Ballot.None || ViewOf(promise.LastVoted, promises) is not null;
    }

    private static View? ViewOf(Ballot ballot, IReadOnlyDictionary<int, Promise> promises)
    {
        foreach (var promise in promises.Values)
        {
            if (promise.LastVoted == ballot && promise.View is not null)
            {
                return promise.View;
            }
        }

        return null;
    }

    private static List<Value> SuffixOf(
        Ballot adopted, Slot chosen, IReadOnlyDictionary<int, Promise> promises, NodeSet counting)
    {
        var votes = new SortedDictionary<Slot, Value>();
        foreach (var (place, promise) in promises)
        {
            if (counting.Contains(place) && promise.LastVoted == adopted)
            {
                Collect(promise, chosen, votes);
            }
        }

        var view = ViewOf(adopted, promises)!;
        var ends = LaneEnds(view, chosen, votes);
        var last = Slot.Max(chosen, view.Slot);
        foreach (var end in ends)
        {
            last = Slot.Max(last, end);
        }

        var suffix = new List<Value>();
        for (var slot = chosen.Next; slot <= last; slot = slot.Next)
        {
            var inSync = slot <= view.Slot;
            var survives = inSync || slot <= ends[view.LaneOf(slot).Index];
            var found = votes.TryGetValue(slot, out var value);

            // R3: whoever voted in m holds the whole of its sync above its base, and every base is at or below C.
            Invariant.Holds(found || !survives);
            suffix.Add(survives ? value! : Value.Pass);
        }

        return suffix;
    }

    private static void Collect(Promise promise, Slot chosen, SortedDictionary<Slot, Value> votes)
    {
        foreach (var vote in promise.Votes)
        {
            if (vote.Slot <= chosen)
            {
                continue;
            }

            // R6: one value for a ballot and slot, whoever reports it.
            Invariant.Holds(!votes.TryGetValue(vote.Slot, out var other) || other.Checksum == vote.Value.Checksum);
            votes[vote.Slot] = vote.Value;
        }
    }

    // For each lane, the end of the longest reported prefix of votes; before the lane's first slot above C when there
    // is none.
    private static Slot[] LaneEnds(View view, Slot chosen, SortedDictionary<Slot, Value> votes)
    {
        var ends = new Slot[view.Owners.Count];
        for (var index = 0; index < ends.Length; index++)
        {
            var slot = view.NextInLane(new((ushort)index), chosen);
            while (votes.ContainsKey(slot))
            {
                slot = new(slot.Index + ends.Length);
            }

            ends[index] = new(slot.Index - ends.Length);
        }

        return ends;
    }
}
