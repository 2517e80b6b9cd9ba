namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>An operation to be placed in an order.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Call">Not before.</param>
/// <param name="Return">Not after; null when it may be left out.</param>
/// <param name="Predecessor">The item before it in its ordered session; -1 for none.</param>
/// <param name="Level">Its place in the order of slots; -1 when it is not known.</param>
/// <param name="HasSuccessor">Whether an item waits for it.</param>
internal sealed record SearchItem(
    Operation Operation, Moment Call, Moment? Return, int Predecessor, int Level, bool HasSuccessor)
{
    /// <summary>Numbers a part's operations: first what must be placed, then what may be left out, each by
    /// call.</summary>
    /// <param name="part">One part's operations, in the order of their calls.</param>
    /// <param name="bySlots">Whether to hold the order to the answers' slots.</param>
    public static SearchItem[] Of(IReadOnlyList<Placement> part, bool bySlots)
    {
        Placement[] sorted = [.. part.OrderBy(each => each.Return is null)];
        var levels = bySlots ? LevelsOf(sorted) : null;
        var predecessors = PredecessorsOf(sorted);
        var waitedFor = new bool[sorted.Length];
        foreach (var predecessor in predecessors)
        {
            if (predecessor >= 0)
            {
                waitedFor[predecessor] = true;
            }
        }

        return
        [
            .. sorted.Select((each, index) => new SearchItem(
                each.Operation, each.Call, each.Return, predecessors[index],
                levels is not null && KeyOf(each.Operation) is { } key ? levels[key] : -1, waitedFor[index])),
        ];
    }

    private static int[] PredecessorsOf(Placement[] sorted)
    {
        var predecessors = new int[sorted.Length];
        Array.Fill(predecessors, -1);
        var last = new Dictionary<int, int>();
        var ordered = Enumerable.Range(0, sorted.Length)
            .Where(index => sorted[index].Operation is { IsQuery: false, Session: not null })
            .OrderBy(index => sorted[index].Operation.Sequence);
        foreach (var index in ordered)
        {
            var session = sorted[index].Operation.Session!.Value;
            predecessors[index] = last.TryGetValue(session, out var before) ? before : -1;
            last[session] = index;
        }

        return predecessors;
    }

    private static Dictionary<long, int> LevelsOf(Placement[] sorted)
    {
        var levels = new Dictionary<long, int>();
        foreach (var key in sorted.Select(each => KeyOf(each.Operation)).OfType<long>().Distinct().Order())
        {
            levels.Add(key, levels.Count);
        }

        return levels;
    }

    // A query sees its slot whole: it stands after the slot's commands and before the next slot's.
    private static long? KeyOf(Operation operation) =>
        operation is { Succeeded: true, Slot: { } slot } ? (slot.Index * 2) + (operation.IsQuery ? 1 : 0) : null;
}
