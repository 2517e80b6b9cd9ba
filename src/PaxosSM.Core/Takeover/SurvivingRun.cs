using PaxosSM.Messages;

namespace PaxosSM.Takeover;

/// <summary>What survivors voted for in the highest ballot that any of them voted in: R5, where nobody else is left to
/// ask (R33).</summary>
/// <remarks>
/// <para>R5 drops what lies at or below the highest chosen-through: learners supply it. Here they may be lost, and the
/// reign's own votes are all that is left of it. They are what was chosen, unless it was chosen in a later reign, of
/// which no survivor's acceptor knows; that one is lost as a whole then, and the reign's run is as good an order as it
/// was before.</para>
/// <para>A lane's end is no hole: what follows it was not chosen as far as survivors know, and is passed. A slot that
/// is known to be chosen and has no vote is one: the run ends before it, in every lane.</para>
/// </remarks>
internal sealed class SurvivingRun
{
    private readonly SortedDictionary<Slot, Value> _votes = [];
    private readonly View? _view;

    /// <summary>The run.</summary>
    /// <param name="promises">What the epoch's acceptors among the survivors would promise with.</param>
    public SurvivingRun(IEnumerable<Promise> promises)
    {
        Promise[] all = [.. promises];
        var highest = all.Length == 0 ? Ballot.None : all.Max(promise => promise.LastVoted);

        // R24: what can't be read may have been a vote of any kind.
        if (highest == Ballot.None || all.Any(promise => promise.Faulty.Count > 0))
        {
            return;
        }

        foreach (var promise in all.Where(promise => promise.LastVoted == highest))
        {
            _view ??= promise.View;
            foreach (var vote in promise.Votes)
            {
                // R6: one value for a ballot and slot, whoever reports it.
                Invariant.Holds(!_votes.TryGetValue(vote.Slot, out var other) || other.IsSame(vote.Value));
                _votes[vote.Slot] = vote.Value;
            }
        }
    }

    /// <summary>The values that follow a slot.</summary>
    /// <param name="held">Everything up to here is chosen and held.</param>
    /// <param name="chosen">Everything up to here is known to be chosen.</param>
    public IReadOnlyList<Value> After(Slot held, Slot chosen)
    {
        if (_view is not { } view)
        {
            return [];
        }

        var ends = EndsOf(view, held);
        var last = Slot.Max(ends.Max(), Slot.Min(view.Slot, _votes.Count == 0 ? held : _votes.Keys.Last()));
        List<Value> run = [];
        for (var slot = held.Next; slot <= last; slot = slot.Next)
        {
            var survives = slot <= view.Slot || slot <= ends[view.LaneOf(slot).Index];
            if (survives ? !_votes.ContainsKey(slot) : slot <= chosen)
            {
                break;
            }

            run.Add(survives ? _votes[slot] : Value.Pass);
        }

        return run;
    }

    // For each lane the end of its run of votes, which begins right above what is held.
    private Slot[] EndsOf(View view, Slot held)
    {
        var ends = new Slot[view.Owners.Count];
        for (var index = 0; index < ends.Length; index++)
        {
            var slot = view.NextInLane(new((ushort)index), held);
            while (_votes.ContainsKey(slot))
            {
                slot = new(slot.Index + ends.Length);
            }

            ends[index] = new(slot.Index - ends.Length);
        }

        return ends;
    }
}
