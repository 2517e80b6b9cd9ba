namespace PaxosSM.Runtime.Serving;

/// <summary>
/// Shares rounds of reading among queries: one is under way at a time, and the queries that arrive meanwhile take the
/// next.
/// </summary>
/// <remarks>
/// R20: a bound covers a read only if it was asked for after the read arrived. So a query boards a round before the
/// round is posted, never after. A round begins once the reads of the one before are executed: whoever asks meanwhile
/// shares it, and a round costs more than a read. Safe for use by many threads.
/// </remarks>
internal sealed class ReadRounds : ILentWork
{
    private readonly Lock _gate = new();
    private readonly IReplica _replica;
    private readonly Func<Instant> _clock;
    private readonly GatewayOptions _options;
    private readonly bool _lease;
    private List<GatewayQuery> _waiting = [];
    private List<GatewayQuery> _boarded = [];
    private long _lastId;
    private bool _underWay;
    private bool _executing;
    private Instant _posted;
    private Instant _notBefore;

    public ReadRounds(IReplica replica, Func<Instant> clock, GatewayOptions options, bool lease)
    {
        _replica = replica;
        _clock = clock;
        _options = options;
        _lease = lease;

        // Both kinds number their rounds with one core: odd numbers are leases'.
        _lastId = lease ? -1 : 0;
    }

    /// <summary>Lets a query wait for a bound.</summary>
    public void Add(GatewayQuery query)
    {
        lock (_gate)
        {
            _waiting.Add(query);
            if (_underWay || _executing)
            {
                return;
            }
        }

        // Those that come with it board, too.
        if (!LentThread.TryNote(this))
        {
            Begin();
        }
    }

    /// <inheritdoc/>
    public void RunHere() => Begin();

    /// <inheritdoc/>
    public void Signal() => Begin();

    /// <summary>The reads of a round have been executed, or never will be.</summary>
    public void OnExecuted()
    {
        lock (_gate)
        {
            _executing = false;
        }

        Begin();
    }

    /// <summary>A round has ended.</summary>
    /// <param name="bound">Its answer.</param>
    /// <param name="posted">When it was asked for.</param>
    /// <returns>The queries that were on board, if the bound is one; null otherwise: they wait for the next round, as
    /// do those of a round given up.</returns>
    public IReadOnlyList<GatewayQuery>? Finish(in ReadBound bound, out Instant posted)
    {
        List<GatewayQuery>? served = null;
        lock (_gate)
        {
            posted = _posted;
            if (!_underWay || bound.Id != _lastId)
            {
                return null;
            }

            _underWay = false;
            if (bound.Error == PaxosError.None)
            {
                served = _boarded;
                _boarded = [];
                _executing = served.Count > 0;
            }
            else
            {
                Return();
                _notBefore = _clock() + _options.ReadRetryInterval;
            }
        }

        return served;
    }

    /// <summary>Gives up a round that goes unanswered, and begins one that was put off: also where the reads before it
    /// take their time, for they may wait for slots.</summary>
    public void OnTick(Instant now)
    {
        ReadRequested? request;
        lock (_gate)
        {
            if (_underWay && now - _posted >= _options.ReadRoundTimeout)
            {
                _underWay = false;
                Return();
            }

            _executing = false;
            request = TryBegin(now);
        }

        Post(request);
    }

    private void Begin()
    {
        ReadRequested? request;
        lock (_gate)
        {
            request = TryBegin(_clock());
        }

        Post(request);
    }

    private void Return()
    {
        _waiting.AddRange(_boarded);
        _boarded.Clear();
    }

    private ReadRequested? TryBegin(Instant now)
    {
        if (_underWay || _executing || now < _notBefore)
        {
            return null;
        }

        _waiting.RemoveAll(query => query.Answered);
        if (_waiting.Count == 0)
        {
            return null;
        }

        (_waiting, _boarded) = (_boarded, _waiting);
        _underWay = true;
        _posted = now;
        _lastId += 2;
        return new(_lastId, _lease);
    }

    private void Post(ReadRequested? request)
    {
        if (request is not null)
        {
            _replica.Post(request);
        }
    }
}
