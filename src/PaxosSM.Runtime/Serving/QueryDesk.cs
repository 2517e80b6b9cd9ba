using System.Text;
using PaxosSM.Runtime.Execution;

namespace PaxosSM.Runtime.Serving;

/// <summary>Serves queries at the consistency that they ask for (R20, R21). Safe for use by many threads.</summary>
internal sealed class QueryDesk
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(10);
    private readonly Lock _gate = new();
    private readonly IReplica _replica;
    private readonly IExecution _execution;
    private readonly GatewayOptions _options;
    private readonly Func<Instant> _clock;
    private readonly ReadRounds _confirmed;
    private readonly ReadRounds _leased;
    private readonly List<GatewayQuery> _pending = [];
    private readonly List<GatewayQuery> _parked = [];
    private Instant _sweptAt;
    private Freshness? _fresh;

    public QueryDesk(IReplica replica, IExecution execution, GatewayOptions options, Func<Instant> clock)
    {
        _replica = replica;
        _execution = execution;
        _options = options;
        _clock = clock;
        _confirmed = new(replica, clock, options, lease: false);
        _leased = new(replica, clock, options, lease: true);
    }

    /// <summary>Whether no query is under way: else the replica must not rest, for deadlines are kept by its
    /// ticks.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count == 0;
            }
        }
    }

    /// <summary>Takes a query.</summary>
    public void Start(GatewayConnection connection, ClientQuery frame)
    {
        var now = _clock();
        var timeout = frame.Timeout < _options.QueryTimeoutMax ? frame.Timeout : _options.QueryTimeoutMax;
        var query = new GatewayQuery(this, connection, frame, now, now + timeout);
        if (frame.Query.Length > _options.CommandBytesMax)
        {
            var larger = $"a query of {frame.Query.Length} bytes is larger than {_options.CommandBytesMax}";
            Refuse(query, PaxosError.BadRequest, larger);
            return;
        }

        if (!TryAdd(query))
        {
            Refuse(query, PaxosError.Busy, $"{_options.QueriesMax} queries are under way on this node");
            return;
        }

        switch (query.Kind)
        {
            case ReadKind.Local or ReadKind.Speculative:
                Execute(query, Slot.Zero);
                break;
            case ReadKind.AtLeast:
                Park(query);
                break;
            case ReadKind.MaxAge:
                StartBoundedByAge(query, now);
                break;
            case ReadKind.Lease:
                _leased.Add(query);
                break;
            default:
                _confirmed.Add(query);
                break;
        }
    }

    /// <summary>A read round has ended.</summary>
    public void OnReadBound(in ReadBound bound)
    {
        // Even numbers are those of confirmed rounds (see ReadRounds).
        var rounds = bound.Id % 2 == 0 ? _confirmed : _leased;
        if (rounds.Finish(bound, out var posted) is not { } served)
        {
            return;
        }

        if (bound.LeaseUntil == default)
        {
            Volatile.Write(ref _fresh, new(posted, bound.Bound, bound.Epoch));
        }

        if (served.Count > 0)
        {
            served[^1].Closes = rounds;
        }

        foreach (var query in served)
        {
            query.Posted = posted;
            query.LeaseUntil = bound.LeaseUntil;
            query.Epoch = bound.Epoch;
            Execute(query, bound.Bound);
        }
    }

    /// <summary>The executor went on: what waited for a slot may run.</summary>
    public void OnApplied()
    {
        List<GatewayQuery> ready;
        lock (_gate)
        {
            if (_parked.Count == 0)
            {
                return;
            }

            ready = TakeReady(_execution.Applied);
        }

        foreach (var query in ready)
        {
            Execute(query, query.AtLeast);
        }
    }

    /// <summary>Time went by: rounds are begun or given up, deadlines kept.</summary>
    public void OnTick(Instant now)
    {
        OnApplied();
        _confirmed.OnTick(now);
        _leased.OnTick(now);
        if (now - _sweptAt < SweepInterval)
        {
            return;
        }

        _sweptAt = now;
        foreach (var query in TakeExpired(now))
        {
            Expire(query, now);
        }
    }

    /// <summary>The executor answered.</summary>
    public void OnAnswer(GatewayQuery query, in QueryContext context, ReadOnlySpan<byte> answer)
    {
        var now = _clock();
        OnExecuted(query);
        if (!query.Answered && (MustStartOver(query, now) || IsVoid(query.Bound, query.Epoch)))
        {
            query.LeaseUntil = default;
            query.Epoch = default;
            _confirmed.Add(query);
            return;
        }

        if (answer.Length > _options.AnswerBytesMax)
        {
            var larger = $"the answer of {answer.Length} bytes is larger than answerBytesMax "
                + $"({_options.AnswerBytesMax}), and is not sent";
            Refuse(query, PaxosError.ResultTooLarge, larger);
        }
        else
        {
            // How old it is depends on what was chosen; the rest is a guess.
            var applied = query.IsSpeculative ? _execution.Applied : context.Slot;
            query.Reply(PaxosError.None, context, AgeOf(query, applied, now), answer);
        }

        Remove(query);
    }

    /// <summary>The executor failed.</summary>
    public void OnFailure(GatewayQuery query, PaxosError error, string message)
    {
        OnExecuted(query);
        Refuse(query, error, message);
        Remove(query);
    }

    /// <summary>Fails all queries: the node stops.</summary>
    public void Stop(string why)
    {
        GatewayQuery[] all;
        lock (_gate)
        {
            // Here, under the lock: the executor may answer one of them right now.
            all = [.. _pending];
            foreach (var query in all)
            {
                query.Place = -1;
            }

            _pending.Clear();
            _parked.Clear();
        }

        foreach (var query in all)
        {
            Refuse(query, PaxosError.Stopped, why);
        }
    }

    private static void Refuse(GatewayQuery query, PaxosError error, string why) =>
        query.Reply(error, default, TimeSpan.Zero, Encoding.UTF8.GetBytes(why));

    private static bool MustStartOver(GatewayQuery query, Instant now) => query.Kind switch
    {
        // R20b: the lease is checked after the read, since the thread may have slept before or within it.
        ReadKind.Lease => query.LeaseUntil != default && now >= query.LeaseUntil,
        ReadKind.MaxAge => query.Posted < query.Arrived && now - query.Posted > query.AgeMax,
        _ => false,
    };

    // R20: a bound at or above the stop of the epoch that it was given in tells nothing. Of two epochs back the stop is
    // not known here any more.
    private bool IsVoid(Slot bound, Epoch given) =>
        given != default && _execution.Began is var epoch && epoch.Epoch > given
        && (bound >= epoch.Base || epoch.Epoch > given.Next);

    private TimeSpan AgeOf(GatewayQuery query, Slot applied, Instant now)
    {
        var linearizable = query.Kind is ReadKind.Linearizable or ReadKind.Lease
            || (query.Kind == ReadKind.MaxAge && query.Posted >= query.Arrived);
        if (linearizable)
        {
            return TimeSpan.Zero;
        }

        // R21: a state that has applied the bound of a round is no older than the moment at which that round was asked
        // for.
        return Volatile.Read(ref _fresh) is { } fresh && applied >= fresh.Bound
            && !IsVoid(fresh.Bound, fresh.Epoch)
            ? now - fresh.Posted
            : TimeSpan.MaxValue;
    }

    private void StartBoundedByAge(GatewayQuery query, Instant now)
    {
        var known = Volatile.Read(ref _fresh);
        if (known is { } fresh && _execution.Applied >= fresh.Bound && !IsVoid(fresh.Bound, fresh.Epoch)
            && now - fresh.Posted <= query.AgeMax)
        {
            query.Posted = fresh.Posted;
            Execute(query, fresh.Bound);
        }
        else
        {
            _confirmed.Add(query);
        }
    }

    private void Park(GatewayQuery query)
    {
        if (query.AtLeast > _execution.Applied)
        {
            _replica.Post(RouseRequested.Instance);
        }

        // Waits here, not in the executor: a slot that never comes must not hold a place there for ever.
        lock (_gate)
        {
            _parked.Add(query);
        }

        OnApplied();
    }

    // Under the lock.
    private List<GatewayQuery> TakeReady(Slot applied)
    {
        List<GatewayQuery> ready = [.. _parked.Where(query => !query.Answered && query.AtLeast <= applied)];
        _parked.RemoveAll(query => query.Answered || query.AtLeast <= applied);
        return ready;
    }

    private void Execute(GatewayQuery query, Slot bound)
    {
        query.Bound = bound;
        query.Executing = true;
        if (query.Answered)
        {
            OnExecuted(query);
            Remove(query);
            return;
        }

        _execution.Query(query);
    }

    private static void OnExecuted(GatewayQuery query)
    {
        query.Executing = false;
        if (query.Closes is { } rounds)
        {
            query.Closes = null;
            rounds.OnExecuted();
        }
    }

    private bool TryAdd(GatewayQuery query)
    {
        lock (_gate)
        {
            if (_pending.Count >= _options.QueriesMax)
            {
                return false;
            }

            query.Place = _pending.Count;
            _pending.Add(query);
            return true;
        }
    }

    private void Remove(GatewayQuery query)
    {
        lock (_gate)
        {
            if (query.Place < 0)
            {
                return;
            }

            var last = _pending[^1];
            _pending[query.Place] = last;
            last.Place = query.Place;
            _pending.RemoveAt(_pending.Count - 1);
            query.Place = -1;
        }
    }

    private List<GatewayQuery> TakeExpired(Instant now)
    {
        List<GatewayQuery> expired = [];
        lock (_gate)
        {
            foreach (var query in _pending)
            {
                if (query.Deadline <= now && !query.Answered)
                {
                    expired.Add(query);
                }
            }
        }

        return expired;
    }

    private void Expire(GatewayQuery query, Instant now)
    {
        var status = StatusText.Of(_replica.Status);
        var waited = $"waited {(now - query.Arrived).TotalSeconds:0.0} s";
        switch (query.Kind)
        {
            case ReadKind.MaxAge:
                var age = AgeOf(query, _execution.Applied, now);
                var known = age == TimeSpan.MaxValue ? "unknown" : $"{age.TotalSeconds:0.000} s";
                var old = $"the state's age is {known}, more than {query.AgeMax.TotalSeconds:0.000} s";
                Refuse(query, PaxosError.TooOld, $"{old}: {status}; {waited}");
                break;
            case ReadKind.AtLeast:
                var missing = $"applied through {_execution.Applied}, asked for {query.AtLeast}";
                Refuse(query, PaxosError.Timeout, $"{missing}: {status}; {waited}");
                break;
            default:
                var state = query.Executing
                    ? $"applied through {_execution.Applied}, bound {query.Bound}"
                    : "no read bound";
                Refuse(query, PaxosError.Timeout, $"{state}: {status}; {waited}");
                break;
        }

        // What the executor holds keeps its place until it is let go: that is what bounds it.
        if (!query.Executing)
        {
            Remove(query);
        }
    }

    /// <summary>The last confirmed round: when it was asked for, and its bound.</summary>
    private sealed record Freshness(Instant Posted, Slot Bound, Epoch Epoch);
}
