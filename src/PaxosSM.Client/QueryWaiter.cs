using System.Threading.Tasks.Sources;
using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>The caller's side of a query. Pooled like <see cref="CommandWaiter"/>.</summary>
internal sealed class QueryWaiter : IValueTaskSource<QueryResult>
{
    private readonly QueryTable _table;
    private ManualResetValueTaskSourceCore<QueryResult> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;

    public QueryWaiter(QueryTable table)
    {
        _table = table;
        _core.RunContinuationsAsynchronously = true;
    }

    public long Id { get; private set; }

    public ReadConsistency Consistency { get; private set; }

    public ReadOnlyMemory<byte> Query { get; private set; }

    public Instant Since { get; private set; }

    public Instant Deadline { get; private set; }

    /// <summary>When it is sent again, unless it is answered before.</summary>
    public Instant RetryAt { get; set; }

    public ValueTask<QueryResult> Task => new(this, _core.Version);

    public void Begin(long id, ReadOnlyMemory<byte> query, ReadConsistency consistency, Instant now, TimeSpan timeout)
    {
        Id = id;
        Query = query;
        Consistency = consistency;
        Since = now;
        Deadline = now + timeout;
    }

    public ClientQuery ToFrame(GroupId group, Instant now) => new(group, Id, Consistency, Deadline - now, Query);

    public void Register(CancellationToken token)
    {
        _token = token;
        _registration = token.UnsafeRegister(static state => ((QueryWaiter)state!).OnCancelled(), this);
    }

    public void Complete(in QueryResult result) => _core.SetResult(result);

    public void Fail(Exception exception) => _core.SetException(exception);

    public QueryResult GetResult(short token)
    {
        _registration.Dispose();
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            _registration = default;
            _token = default;
            Query = default;
            _table.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void OnCancelled() => _table.Cancel(this, _token);
}
