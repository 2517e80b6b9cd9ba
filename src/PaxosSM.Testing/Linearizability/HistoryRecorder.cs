namespace PaxosSM.Testing.Linearizability;

/// <summary>Writes down what clients do. Safe for use by many threads.</summary>
/// <remarks>
/// Begin before anything is sent, and report an outcome only once it is there: an interval that is too long hides
/// violations at worst, one that is too short invents them.
/// </remarks>
/// <param name="clock">Tells the time in microseconds; asked under a lock, so it need not be safe itself. It never runs
/// backwards.</param>
public sealed class HistoryRecorder(Func<long> clock)
{
    private readonly Lock _gate = new();
    private readonly List<Operation> _operations = [];
    private readonly Dictionary<int, long> _sequences = [];
    private long _events;

    /// <summary>How many operations were begun.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _operations.Count;
            }
        }
    }

    /// <summary>A client is about to send a command.</summary>
    /// <param name="client">Who.</param>
    /// <param name="input">What; copied.</param>
    /// <param name="session">The ordered session that it goes through: the order of these calls is the
    /// session's.</param>
    /// <returns>The operation's number.</returns>
    public long BeginCommand(int client, ReadOnlyMemory<byte> input, int? session = null)
    {
        lock (_gate)
        {
            return Add(new()
            {
                Id = _operations.Count + 1,
                Client = client,
                Session = session,
                Sequence = session is { } ordered ? NextSequence(ordered) : 0,
                Input = input.ToArray(),
                Called = Now(),
            });
        }
    }

    /// <summary>A client is about to send a query.</summary>
    /// <param name="client">Who.</param>
    /// <param name="input">What; copied.</param>
    /// <param name="consistency">What it is promised.</param>
    /// <returns>The operation's number.</returns>
    public long BeginQuery(int client, ReadOnlyMemory<byte> input, ReadConsistency consistency = default)
    {
        lock (_gate)
        {
            return Add(new()
            {
                Id = _operations.Count + 1,
                Client = client,
                IsQuery = true,
                Consistency = consistency,
                Input = input.ToArray(),
                Called = Now(),
            });
        }
    }

    /// <summary>An answer arrived.</summary>
    /// <param name="id">To which operation.</param>
    /// <param name="output">The answer; copied.</param>
    /// <param name="slot">Its slot, if known.</param>
    /// <param name="age">A query's age (<see cref="TimeSpan.MaxValue"/> says that it is not known).</param>
    /// <param name="replica">Who answered, and in which life, such as <c>n1.3</c>.</param>
    public void Succeeded(
        long id, ReadOnlyMemory<byte> output, Slot? slot = null, TimeSpan? age = null, string? replica = null)
    {
        lock (_gate)
        {
            var open = Open(id);
            _operations[(int)id - 1] = open with
            {
                Returned = Now(),
                Outcome = OperationOutcome.Succeeded,
                Output = output.ToArray(),
                Slot = slot,
                Age = age == TimeSpan.MaxValue ? null : age,
                Replica = replica,
            };
        }
    }

    /// <summary>A command that was answered before was answered again, since it was sent again.</summary>
    public void Repeated(long id, ReadOnlyMemory<byte> output, Slot? slot = null)
    {
        lock (_gate)
        {
            var answered = _operations[(int)id - 1];
            var repeats = answered.Repeats.Append(new(output.ToArray(), slot));
            _operations[(int)id - 1] = answered with { Repeats = [.. repeats] };
        }
    }

    /// <summary>The operation was refused: it has no effect, ever.</summary>
    public void Refused(long id) => End(id, OperationOutcome.Refused);

    /// <summary>The client gave up; the operation may take effect at any time, or never.</summary>
    public void Unknown(long id) => End(id, OperationOutcome.Unknown);

    /// <summary>What was answered of later slots is lost (R33): such a command may have taken effect in another slot,
    /// or never will; such a query tells nothing.</summary>
    internal void Lose(Slot kept)
    {
        lock (_gate)
        {
            for (var index = 0; index < _operations.Count; index++)
            {
                if (_operations[index] is { Succeeded: true, Slot: { } slot } answered && slot > kept)
                {
                    _operations[index] = answered with
                    {
                        Outcome = answered.IsQuery ? OperationOutcome.Refused : OperationOutcome.Unknown,
                        Output = default,
                        Slot = null,
                        Age = null,
                        Replica = null,
                        Repeats = [],
                    };
                }
            }
        }
    }

    /// <summary>All that was recorded so far; what has not ended is unknown.</summary>
    public History Capture()
    {
        lock (_gate)
        {
            return new(_operations);
        }
    }

    private void End(long id, OperationOutcome outcome)
    {
        lock (_gate)
        {
            _operations[(int)id - 1] = Open(id) with { Returned = Now(), Outcome = outcome };
        }
    }

    private long Add(Operation operation)
    {
        _operations.Add(operation);
        return operation.Id;
    }

    private Operation Open(long id)
    {
        var operation = _operations[(int)id - 1];
        return operation.Returned is null
            ? operation
            : throw new InvalidOperationException($"#{id} has ended already, {operation.Outcome}");
    }

    private Moment Now() => new(clock(), ++_events);

    private long NextSequence(int session) =>
        _sequences[session] = _sequences.TryGetValue(session, out var last) ? last + 1 : 1;
}
