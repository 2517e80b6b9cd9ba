using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>The caller's side of a query.</summary>
internal sealed class QueryWaiter : PooledWaiter<QueryResult>
{
    private readonly QueryTable _table;
    private QueryResult _result;

    public QueryWaiter(QueryTable table, ClientLink link) => (_table, Link) = (table, link);

    public long Id { get; private set; }

    public ReadConsistency Consistency { get; private set; }

    public ReadOnlyMemory<byte> Query { get; private set; }

    public Instant Since { get; private set; }

    public Instant Deadline { get; private set; }

    /// <summary>When it is sent again, unless it is answered before.</summary>
    public Instant RetryAt { get; set; }

    public void Begin(long id, ReadOnlyMemory<byte> query, ReadConsistency consistency, Instant now, TimeSpan timeout)
    {
        Id = id;
        Query = query;
        Consistency = consistency;
        Since = now;
        Deadline = now + timeout;
    }

    public ClientQuery ToFrame(GroupId group, Instant now) => new(group, Id, Consistency, Deadline - now, Query);

    /// <summary>Ends the wait with an answer.</summary>
    public void End(in QueryResult result)
    {
        _result = result;
        Complete();
    }

    protected override QueryResult Result => _result;

    protected override void Cancel(CancellationToken token) => _table.Cancel(this, token);

    protected override void Recycle()
    {
        Query = default;
        _result = default;
        _table.Return(this);
    }
}
