using System.Text;
using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>
/// A client's unanswered queries. They change nothing, so they are simply asked again. Safe for use by many threads.
/// </summary>
internal sealed class QueryTable : IThreadPoolWorkItem
{
    private const int KeptMax = 1024;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(20);
    private readonly Lock _gate = new();
    private readonly ClientLink _link;
    private readonly Dictionary<long, QueryWaiter> _pending = [];
    private readonly Stack<QueryWaiter> _free = new();
    private readonly List<QueryWaiter> _due = [];

    // Asked by continuations that run on one thread: they leave together when those have run, and share a round.
    private List<ClientQuery> _asked = [];
    private List<ClientQuery> _leaving = [];
    private PaxosException? _end;
    private long _lastId;

    public QueryTable(ClientLink link) => _link = link;

    /// <summary>Asks.</summary>
    public ValueTask<QueryResult> Ask(ReadOnlyMemory<byte> query, ReadConsistency consistency, CancellationToken token)
    {
        QueryWaiter waiter;
        ClientQuery frame;
        ValueTask<QueryResult> task;
        var together = _link.IsCompleting;
        var first = false;
        lock (_gate)
        {
            if (_end is { } end)
            {
                return ValueTask.FromException<QueryResult>(end);
            }

            if (_pending.Count >= _link.Options.QueriesMax)
            {
                var full = new PaxosException(
                    PaxosError.Busy, $"{_pending.Count} queries are unanswered: {_link.Why()}");
                return ValueTask.FromException<QueryResult>(full);
            }

            var now = _link.Now;
            if (!_free.TryPop(out waiter!))
            {
                waiter = new(this, _link);
            }

            // Copied, since a node of this process may read it after the caller's wait has ended.
            waiter.Begin(++_lastId, query.ToArray(), consistency, now, _link.Options.Timeout);
            waiter.RetryAt = RetryAfter(waiter, now);
            _pending.Add(waiter.Id, waiter);
            task = waiter.Task;
            frame = waiter.ToFrame(_link.Options.Group, now);
            if (together)
            {
                first = _asked.Count == 0;
                _asked.Add(frame);
            }
        }

        if (!together)
        {
            Send(frame);
        }
        else if (first)
        {
            _link.Run(this);
        }

        if (token.CanBeCanceled)
        {
            waiter.Register(token);
        }

        return task;
    }

    /// <summary>The node answered.</summary>
    public void On(ClientQueryResult result)
    {
        lock (_gate)
        {
            if (!_pending.TryGetValue(result.Id, out var waiter))
            {
                return;
            }

            _link.OnProgress();
            switch (result.Error)
            {
                case PaxosError.None:
                    _pending.Remove(result.Id);
                    waiter.End(new(result.Result, result.Slot, result.Time, result.Age));
                    break;
                case PaxosError.Busy or PaxosError.NotLeader:
                    waiter.RetryAt = _link.Now + BusyPause;
                    break;
                case PaxosError.Stopped:
                    _link.MoveOn(Encoding.UTF8.GetString(result.Result.Span));
                    waiter.RetryAt = _link.Now + BusyPause;
                    break;
                default:
                    _pending.Remove(result.Id);
                    waiter.Fail(new PaxosException(result.Error, Encoding.UTF8.GetString(result.Result.Span)));
                    break;
            }
        }
    }

    /// <summary>A connection is new: everything unanswered is asked again.</summary>
    public void ResendAll()
    {
        lock (_gate)
        {
            foreach (var pending in _pending)
            {
                pending.Value.RetryAt = default;
            }
        }

        OnTick(_link.Now);
    }

    /// <summary>Time went by: deadlines, and questions to ask again.</summary>
    /// <returns>True when a query waits for longer than it should.</returns>
    public bool OnTick(Instant now)
    {
        List<ClientQuery>? again = null;
        var stalled = false;
        lock (_gate)
        {
            foreach (var (_, waiter) in _pending)
            {
                stalled |= now - waiter.Since >= _link.StallAfter;
                if (waiter.Deadline <= now)
                {
                    _due.Add(waiter);
                }
                else if (waiter.RetryAt <= now && _link.IsConnected)
                {
                    waiter.RetryAt = RetryAfter(waiter, now);
                    (again ??= []).Add(waiter.ToFrame(_link.Options.Group, now));
                }
            }

            foreach (var waiter in _due)
            {
                _pending.Remove(waiter.Id);
                waiter.Fail(TimeoutOf(waiter, now));
            }

            _due.Clear();
        }

        foreach (var frame in again ?? [])
        {
            Send(frame);
        }

        return stalled;
    }

    /// <summary>The caller waits no more.</summary>
    public void Cancel(QueryWaiter waiter, CancellationToken token)
    {
        lock (_gate)
        {
            if (_pending.TryGetValue(waiter.Id, out var pending) && pending == waiter)
            {
                _pending.Remove(waiter.Id);
                var reason = TimeoutOf(waiter, _link.Now);
                waiter.Fail(new OperationCanceledException(reason.Message, reason, token));
            }
        }
    }

    /// <summary>Fails everything, for good.</summary>
    public void End(PaxosException end)
    {
        lock (_gate)
        {
            _end = end;
            foreach (var pending in _pending)
            {
                pending.Value.Fail(end);
            }

            _pending.Clear();
        }
    }

    public void Return(QueryWaiter waiter)
    {
        lock (_gate)
        {
            if (_free.Count < KeptMax)
            {
                _free.Push(waiter);
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        List<ClientQuery> leaving;
        lock (_gate)
        {
            leaving = _asked;
            _asked = _leaving;
            _leaving = [];
        }

        LentThread.Begin();
        try
        {
            leaving.ForEach(Send);
        }
        finally
        {
            LentThread.End();
        }

        leaving.Clear();
        lock (_gate)
        {
            _leaving = leaving;
        }
    }

    private Instant RetryAfter(QueryWaiter waiter, Instant now)
    {
        // The node keeps a query until its time-out: ask again only in case that the frame was lost, less and less
        // often.
        var patience = now - waiter.Since + (_link.Options.ResendInterval * 2);
        return now + patience;
    }

    private PaxosException TimeoutOf(QueryWaiter waiter, Instant now) => new(
        PaxosError.Timeout,
        $"{_link.Why()}; waited {(now - waiter.Since).TotalSeconds:0.0} s "
        + $"for the answer to a {waiter.Consistency.Kind} query");

    private void Send(ClientQuery frame) => _ = SendAsync(frame);

    // False is no loss: the query is asked again when there is a connection.
    private async Task SendAsync(ClientQuery frame) => await _link.SendAsync(frame).ConfigureAwait(false);
}
