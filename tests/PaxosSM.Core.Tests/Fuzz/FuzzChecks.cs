using PaxosSM.Log;
using PaxosSM.Quorums;

namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>The invariants that can be seen from outside, over everything that ever became durable, was applied or
/// answered.</summary>
internal sealed class FuzzChecks(Configuration configuration, QuorumSystem quorums)
{
    private readonly Dictionary<(Ballot Ballot, Slot Slot), (uint Checksum, NodeSet Voters)> _votes = [];
    private readonly Dictionary<Slot, (uint Checksum, Ballot Ballot)> _chosen = [];
    private readonly Dictionary<Ballot, SyncWrite> _syncs = [];
    private readonly List<SyncWrite> _chosenViews = [];
    private readonly List<(uint Checksum, ulong Chain)> _applied = [(0, 0)];
    private readonly HashSet<long> _submitted = [];
    private readonly HashSet<long> _done = [];
    private readonly HashSet<Ballot> _stood = [];

    /// <summary>The highest slot that any machine applied: its effects may be known to clients.</summary>
    public Slot Visible => new(_applied.Count - 1);

    /// <summary>What is chosen, and in which ballot it first was.</summary>
    public IReadOnlyDictionary<Slot, (uint Checksum, Ballot Ballot)> Chosen => _chosen;

    public bool IsDone(long id) => _done.Contains(id);

    public void OnSubmitted(long id) => _submitted.Add(id);

    // R5, R6: one phase 1 a ballot, over all lives of its proposer.
    public void OnStanding(Ballot ballot) => Holds(_stood.Add(ballot), $"I12: {ballot} was stood with twice");

    public void OnDurable(NodeId node, DurableWrite write)
    {
        var place = configuration.PlaceOf(node);
        switch (write)
        {
            case VoteWrite vote:
                Count(vote.Ballot, vote.Slot, vote.Value, place);
                break;
            case SyncWrite sync:
                _syncs.TryAdd(sync.Ballot, sync);
                for (var index = 0; index < sync.Suffix.Count; index++)
                {
                    Count(sync.Ballot, new(sync.Base.Index + 1 + index), sync.Suffix[index], place);
                }

                break;
            case LearnedWrite learned:
                Holds(_chosen.TryGetValue(learned.Slot, out var chosen),
                    $"I1: {learned.Slot} was learned, and is not chosen");
                Holds(chosen.Checksum == learned.Value.Checksum, $"I1: {learned.Slot} was learned with another value");
                break;
            default:
                break;
        }
    }

    public void OnApplied(NodeId node, ChosenValue applied, ulong chain)
    {
        var checksum = applied.Value.Checksum;
        Holds(_chosen.TryGetValue(applied.Slot, out var chosen),
            $"I1: {node} applied {applied.Slot}, which is not chosen");
        Holds(chosen.Checksum == checksum, $"I1: {node} applied at {applied.Slot} another value than the chosen one");
        if (applied.Slot.Index == _applied.Count)
        {
            _applied.Add((checksum, chain));
            CheckProposed(applied);
        }

        Holds(applied.Slot.Index < _applied.Count, $"I6: {node} applied {applied.Slot} too early");
        Holds(_applied[(int)applied.Slot.Index] == (checksum, chain), $"I6: {node} differs at {applied.Slot}");
    }

    public void OnInstalled(NodeId node, Slot slot, ulong chain) =>
        Holds(_applied[(int)slot.Index].Chain == chain, $"I6: {node} installed a different history at {slot}");

    public static void Holds(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }

    // I2: every command was submitted by somebody.
    private void CheckProposed(ChosenValue applied)
    {
        if (applied.Value.Kind != ValueKind.Commands)
        {
            return;
        }

        var batch = applied.Value.Payload;
        while (!batch.IsEmpty)
        {
            Holds(CommandEntry.TryRead(ref batch, out var entry), $"I2: {applied.Slot} is no batch");
            Holds(_submitted.Contains(entry.Sequence), $"I2: nobody submitted {entry.Sequence}");
            _done.Add(entry.Sequence);
        }
    }

    private void Count(Ballot ballot, Slot slot, Value value, int place)
    {
        var known = _votes.TryGetValue((ballot, slot), out var votes);
        Holds(!known || votes.Checksum == value.Checksum, $"I12: two values for {ballot} at {slot}");
        var voters = votes.Voters.With(place);
        _votes[(ballot, slot)] = (value.Checksum, voters);
        if (quorums.IsPhase2(voters) && !quorums.IsPhase2(votes.Voters))
        {
            OnChosen(ballot, slot, value);
        }
    }

    private void OnChosen(Ballot ballot, Slot slot, Value value)
    {
        Holds(
            !_chosen.TryGetValue(slot, out var before) || before.Checksum == value.Checksum,
            $"I1: {slot} is chosen twice, in {before.Ballot} and {ballot}, with different values");
        Holds(slot.Index == 1 || _chosen.ContainsKey(slot.Previous),
            $"I4: {slot} is chosen in {ballot}, and not the slot before it");
        foreach (var view in _chosenViews)
        {
            Holds(
                ballot >= view.Ballot || slot <= view.Base || Adopts(view, slot, value),
                $"I5: {slot} is chosen in {ballot} above the base of {view.Ballot}, whose view is chosen");
        }

        _chosen.TryAdd(slot, (value.Checksum, ballot));
        if (_syncs.TryGetValue(ballot, out var sync) && sync.View.Slot == slot)
        {
            _chosenViews.Add(sync);
        }
    }

    private static bool Adopts(SyncWrite sync, Slot slot, Value value)
    {
        var index = slot.Index - sync.Base.Index - 1;
        return index < sync.Suffix.Count && sync.Suffix[(int)index].Checksum == value.Checksum;
    }
}
