namespace PaxosSM.Runtime.Execution;

/// <summary>What waits for the executor's thread. The core bounds the values, by their bytes; queries are bounded
/// here.</summary>
internal sealed class ApplyQueue(int queriesMax)
{
    private readonly Lock _gate = new();
    private readonly Queue<ChosenValue> _values = [];
    private readonly List<PendingQuery> _queries = [];
    private int _queriesUnanswered;
    private Slot? _install;
    private string? _closed;

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
            if (_install is not null && !canInstall)
            {
                return round.Queries.Count > 0;
            }

            round.Install = _install;
            _install = null;
            var bytes = 0L;
            while (round.Values.Count < slotsMax && bytes < bytesMax && _values.TryDequeue(out var value))
            {
                bytes += value.Value.Size;
                round.Values.Add(value);
            }

            return round.Install is not null || round.Queries.Count > 0 || round.Values.Count > 0;
        }
    }

    /// <summary>Takes no more, and forgets the values.</summary>
    public void Close(string why)
    {
        lock (_gate)
        {
            _closed ??= why;
            _values.Clear();
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

    /// <summary>Queries that came.</summary>
    public List<PendingQuery> Queries { get; } = [];

    /// <summary>Forgets the work.</summary>
    public void Clear()
    {
        Install = null;
        Values.Clear();
        Queries.Clear();
    }
}
