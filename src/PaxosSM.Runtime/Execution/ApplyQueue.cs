namespace PaxosSM.Runtime.Execution;

/// <summary>What waits for the executor's thread. The core bounds the values, by their bytes; queries are bounded
/// here.</summary>
internal sealed class ApplyQueue(int queriesMax)
{
    private readonly Lock _gate = new();
    private readonly Queue<ChosenValue> _values = [];
    private readonly List<TentativeValue> _tentative = [];
    private readonly List<PendingQuery> _queries = [];
    private int _queriesUnanswered;
    private bool _takesBack;
    private Slot? _install;
    private string? _closed;

    /// <summary>Whether values wait.</summary>
    public bool HasValues
    {
        get
        {
            lock (_gate)
            {
                return _values.Count > 0;
            }
        }
    }

    /// <summary>Adds values; those of a closed queue are forgotten.</summary>
    public void Add(IReadOnlyList<ChosenValue> values)
    {
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            for (var index = 0; index < values.Count; index++)
            {
                _values.Enqueue(values[index]);
            }
        }
    }

    /// <summary>Adds values that are not chosen yet (R18): the core bounds them, too.</summary>
    public void Add(bool takesBack, IReadOnlyList<TentativeValue> values)
    {
        lock (_gate)
        {
            if (takesBack)
            {
                _takesBack = true;
                _tentative.Clear();
            }

            if (_closed is null)
            {
                _tentative.AddRange(values);
            }
        }
    }

    /// <summary>Adds a query, or says why not.</summary>
    public (PaxosError Error, string Message) Add(PendingQuery query)
    {
        lock (_gate)
        {
            if (_closed is not null)
            {
                return (PaxosError.Stopped, _closed);
            }

            if (_queriesUnanswered == queriesMax)
            {
                return (PaxosError.Busy, $"{queriesMax} queries wait for the state machine");
            }

            _queriesUnanswered++;
            _queries.Add(query);
            return default;
        }
    }

    /// <summary>Queries left the executor.</summary>
    public void OnAnswered(int count)
    {
        lock (_gate)
        {
            _queriesUnanswered -= count;
        }
    }

    /// <summary>Asks for a snapshot's restore, and forgets the values that it covers.</summary>
    /// <remarks>Those above it stay: the core gives each value once, and may have given these before it learned of the
    /// snapshot.</remarks>
    public void Install(Slot snapshot)
    {
        lock (_gate)
        {
            _install = Slot.Max(_install ?? Slot.Zero, snapshot);
            while (_values.TryPeek(out var first) && first.Slot <= snapshot)
            {
                _values.Dequeue();
            }
        }
    }

    /// <summary>Takes a round's work; false when there is none that can be done now.</summary>
    /// <param name="round">Takes the work.</param>
    /// <param name="slotsMax">How many values at most.</param>
    /// <param name="bytesMax">After how many bytes of values to stop.</param>
    /// <param name="canInstall">Whether a snapshot may be restored now; if not, the values wait behind it.</param>
    public bool Take(ApplyRound round, int slotsMax, long bytesMax, bool canInstall)
    {
        lock (_gate)
        {
            round.Queries.AddRange(_queries);
            _queries.Clear();
            round.TakesBack = _takesBack;
            _takesBack = false;
            if (_install is not null && !canInstall)
            {
                return round.TakesBack || round.Queries.Count > 0;
            }

            round.Install = _install;
            _install = null;
            var bytes = 0L;
            while (round.Values.Count < slotsMax && bytes < bytesMax && _values.TryDequeue(out var value))
            {
                bytes += value.Value.Size;
                round.Values.Add(value);
            }

            if (_values.Count == 0)
            {
                // They stand on top of all chosen ones.
                round.Tentative.AddRange(_tentative);
                _tentative.Clear();
            }

            return round.HasWork;
        }
    }

    /// <summary>Takes no more, and forgets the values.</summary>
    public void Close(string why)
    {
        lock (_gate)
        {
            _closed ??= why;
            _values.Clear();
            _tentative.Clear();
        }
    }
}

/// <summary>A round's work.</summary>
internal sealed class ApplyRound
{
    /// <summary>The snapshot to restore first; null for none.</summary>
    public Slot? Install { get; set; }

    /// <summary>Values to apply.</summary>
    public List<ChosenValue> Values { get; } = [];

    /// <summary>Whether what was done ahead of choice is to be taken back (R18), once the chosen values are
    /// applied.</summary>
    public bool TakesBack { get; set; }

    /// <summary>Values to execute ahead of choice, after that.</summary>
    public List<TentativeValue> Tentative { get; } = [];

    /// <summary>Queries that came.</summary>
    public List<PendingQuery> Queries { get; } = [];

    /// <summary>Whether there is anything to do.</summary>
    public bool HasWork =>
        Install is not null || TakesBack || Values.Count > 0 || Tentative.Count > 0 || Queries.Count > 0;

    /// <summary>Forgets the work.</summary>
    public void Clear()
    {
        Install = null;
        TakesBack = false;
        Values.Clear();
        Tentative.Clear();
        Queries.Clear();
    }
}
