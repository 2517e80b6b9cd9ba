namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>An operation and the interval within which it took effect.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Call">Not before.</param>
/// <param name="Return">Not after; null when it need not have taken effect at all.</param>
internal sealed record Placement(Operation Operation, Moment Call, Moment? Return);

/// <summary>Which operations an order must hold, and between which moments.</summary>
/// <remarks>
/// An ordered session tells more than its operations' own intervals do: a command took effect before every later one of
/// its session, so before the first of these returned, and it surely did if one of these succeeded. That narrowing
/// looks
/// at the whole history, so it still counts when each key is judged alone.
/// </remarks>
internal static class Placements
{
    /// <summary>All that can show an effect, in the order of their calls.</summary>
    /// <param name="history">The operations.</param>
    /// <param name="stale">Whether to take the queries too that may see an older state; these may take effect at any
    /// time before their return.</param>
    public static IReadOnlyList<Placement> Of(History history, bool stale)
    {
        var all = new List<Placement>();
        var sessions = new SortedDictionary<int, List<Operation>>();
        foreach (var operation in history.Operations)
        {
            if (operation.Outcome == OperationOutcome.Refused)
            {
                continue;
            }

            if (operation.IsQuery)
            {
                AddQuery(operation, stale, all);
            }
            else if (operation.Session is { } session)
            {
                if (!sessions.TryGetValue(session, out var ordered))
                {
                    sessions.Add(session, ordered = []);
                }

                ordered.Add(operation);
            }
            else
            {
                all.Add(new(operation, operation.Called, ReturnOf(operation)));
            }
        }

        foreach (var ordered in sessions.Values)
        {
            all.AddRange(Narrow(ordered));
        }

        return [.. all.OrderBy(each => each.Call).ThenBy(each => each.Operation.Sequence)];
    }

    private static void AddQuery(Operation query, bool stale, List<Placement> all)
    {
        // An unanswered query shows nothing, and changes nothing.
        if (query.Succeeded && query.IsLinearizableQuery)
        {
            all.Add(new(query, query.Called, query.Returned));
        }
        else if (query.Succeeded && stale && query.Slot is not null)
        {
            all.Add(new(query, Moment.Start, query.Returned));
        }
    }

    private static Placement[] Narrow(List<Operation> session)
    {
        Operation[] ordered = [.. session.OrderBy(operation => operation.Sequence)];
        var narrowed = new Placement[ordered.Length];
        Moment? end = null;
        for (var index = ordered.Length - 1; index >= 0; index--)
        {
            end = ReturnOf(ordered[index]) is not { } own ? end : end is { } later ? Moment.Min(own, later) : own;
            narrowed[index] = new(ordered[index], ordered[index].Called, end);
        }

        var begin = Moment.Start;
        for (var index = 0; index < ordered.Length; index++)
        {
            begin = Moment.Max(begin, ordered[index].Called);
            narrowed[index] = narrowed[index] with { Call = begin };
        }

        return narrowed;
    }

    private static Moment? ReturnOf(Operation operation) => operation.Succeeded ? operation.Returned : null;
}
