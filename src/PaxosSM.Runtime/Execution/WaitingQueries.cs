namespace PaxosSM.Runtime.Execution;

/// <summary>Queries that wait for the machine: for their bound, in the order of the bounds; or for nothing but what is
/// executed ahead of choice (R18).</summary>
internal sealed class WaitingQueries
{
    private readonly PriorityQueue<PendingQuery, (long Bound, long Order)> _bound = new();
    private readonly Queue<PendingQuery> _speculative = new();
    private long _seen;

    public void Add(PendingQuery query)
    {
        if (query.IsSpeculative)
        {
            _speculative.Enqueue(query);
            return;
        }

        _bound.Enqueue(query, (query.Bound.Index, _seen++));
    }

    /// <summary>Takes the next query whose bound is applied.</summary>
    public bool TryTakeBound(Slot applied, out PendingQuery query)
    {
        if (_bound.TryPeek(out query!, out var place) && place.Bound <= applied.Index)
        {
            _bound.Dequeue();
            return true;
        }

        return false;
    }

    /// <summary>Takes the next query that sees what is executed ahead of choice.</summary>
    public bool TryTakeSpeculative(out PendingQuery query) => _speculative.TryDequeue(out query!);

    /// <summary>Takes any query.</summary>
    public bool TryTake(out PendingQuery query) =>
        _bound.TryDequeue(out query!, out _) || TryTakeSpeculative(out query);
}
