using System.Buffers;
using PaxosSM.Execution;
using PaxosSM.Log;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Execution;

/// <summary>A group's executor as a pump: applies what is queued, answers queries, takes and restores
/// snapshots.</summary>
/// <remarks>
/// <para>Threads: <see cref="RunOnce"/> by one at a time, an <see cref="ApplyThread"/> or a simulator; it owns the
/// machine. The rest by any. <see cref="RecoverAsync"/> and <see cref="Attach"/> come before the first round.</para>
/// <para>After a failure nothing is applied any more, and the queries that wait, or come, are told.</para>
/// </remarks>
public sealed class ApplyLoop : IExecution
{
    private const int AnswerBytesKept = 1 << 20;
    private readonly ISnapshotStore _store;
    private readonly ExecutionOptions _options;
    private readonly IExecutionObserver _observer;
    private readonly SnapshotTaker _taker;
    private readonly ApplyQueue _queue;
    private readonly ApplyRound _round = new();
    private readonly Anticipation _ahead = new();
    private readonly WaitingQueries _waiting = new();
    private Executor _executor;
    private ArrayBufferWriter<byte> _answer = new();
    private IReplica? _replica;
    private long _applied;
    private EpochStart _epoch;
    private volatile string? _failure;

    /// <summary>A loop around an executor that nobody else uses from now on.</summary>
    /// <param name="executor">The executor.</param>
    /// <param name="store">Where snapshots go.</param>
    /// <param name="worker">Writes them; best a worker of its own, as a snapshot may take long.</param>
    /// <param name="options">The settings.</param>
    /// <param name="observer">Is told of snapshots and of the end; null for nobody.</param>
    /// <param name="clock">For back-off only; null for the system's.</param>
    public ApplyLoop(
        Executor executor,
        ISnapshotStore store,
        IWorker worker,
        ExecutionOptions options,
        IExecutionObserver? observer = null,
        TimeProvider? clock = null)
    {
        options.Validate();
        _executor = executor;
        _epoch = executor.Epoch;
        _store = store;
        _options = options;
        _observer = observer ?? new QuietObserver();
        _taker = new(store, worker, options.Snapshots, _observer, clock ?? TimeProvider.System);
        _queue = new(options.QueriesMax);
    }

    /// <inheritdoc/>
    public Slot Applied => new(Volatile.Read(ref _applied));

    /// <inheritdoc/>
    public EpochStart Began => Volatile.Read(ref _epoch);

    /// <inheritdoc/>
    public string? Failure => _failure;

    /// <summary>Whether a snapshot waits to be tried again: <see cref="RunOnce"/> must be called now and
    /// then.</summary>
    public bool WaitsToRetry => _taker.WaitsToRetry;

    /// <summary>Whether values wait to be applied.</summary>
    public bool IsDue => _queue.HasValues;

    /// <summary>Called when there is something to do, on any thread; set before the first round.</summary>
    public Action? Wake
    {
        get;
        set
        {
            field = value;
            _taker.Written = value;
        }
    }

    /// <summary>Called when more is applied, and durable in the machine's own store where it has one; on the executor's
    /// thread, at most once a round. Must be quick and must not throw. Set before the first round.</summary>
    public Action? Advanced { get; set; }

    /// <summary>Restores the newest durable snapshot, if there is one; or goes on from where the machine's own store
    /// got to (R27).</summary>
    /// <param name="fresh">Makes another executor around another empty machine, for after a damaged snapshot, which
    /// may have restored half of the first; null: damage is an error.</param>
    /// <param name="log">How far this node's log reaches: what a machine's own store must fit.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <remarks>R24: a damaged snapshot is set aside and told, never served and never a reason to stay down: an older
    /// one serves, or none, and then this replica learns from the others what it lost.</remarks>
    /// <exception cref="InvalidDataException">A snapshot is intact, but the machine refuses it, or it is not for this
    /// replica: the program is at fault, not the disk; the message says which and why. Or the machine's own store does
    /// not fit this replica; the message says what to do.</exception>
    public async ValueTask<RecoveredState> RecoverAsync(
        Func<Executor>? fresh = null, LogExtent log = default, CancellationToken cancellationToken = default)
    {
        if (!_executor.IsStored || !StoreRecovery.GoesOn(_executor, _store, log))
        {
            await RestoreLatestAsync(fresh, cancellationToken).ConfigureAwait(false);
        }

        if (_executor.IsStored)
        {
            OnStoreOpened();
        }

        return new(_executor.Applied, _executor.Time, _executor.NextDeadline, _executor.Epoch)
        {
            Saved = _store.Latest(_executor.Group),
        };
    }

    private async ValueTask RestoreLatestAsync(Func<Executor>? fresh, CancellationToken cancellationToken)
    {
        var group = _executor.Group;
        while (_store.Latest(group) is var slot && slot > _executor.Applied)
        {
            try
            {
                await SnapshotReader.RestoreAsync(_store, _executor, slot, cancellationToken).ConfigureAwait(false);
                _executor.Commit();
                OnRestored(slot);
                break;
            }
            catch (InvalidDataException damage) when (fresh is not null)
            {
                var read = SnapshotReader.IsIntactAsync(_store, group, slot, cancellationToken);
                if (await read.ConfigureAwait(false))
                {
                    throw;
                }

                _store.SetAside(group, slot);
                _executor = fresh();
                StoreRecovery.Open(_executor);
                _observer.OnSnapshotDamaged(group, slot, $"{damage.Message}; {Instead(_store.Latest(group))}");
            }
        }
    }

    // What only the own store holds no other replica can be sent, so a snapshot of it is due (R25).
    private void OnStoreOpened()
    {
        var saved = _store.Latest(_executor.Group);
        Volatile.Write(ref _epoch, _executor.Epoch);
        Volatile.Write(ref _applied, _executor.Applied.Index);
        if (saved > Slot.Zero)
        {
            _taker.OnRestored(_executor.Group, saved);
        }

        if (_executor.Applied > saved)
        {
            _taker.Request();
        }

        if (_executor.Applied > Slot.Zero)
        {
            _observer.OnStoreOpened(_executor.Group, _executor.Applied, _executor.Chain, saved);
        }
    }

    /// <summary>Names the core's side; before the first round.</summary>
    public void Attach(IReplica replica)
    {
        _replica = replica;
        _taker.Replica = replica;
    }

    /// <inheritdoc/>
    public void Apply(IReadOnlyList<ChosenValue> values)
    {
        _queue.Add(values);
        Wake?.Invoke();
    }

    /// <inheritdoc/>
    public void Anticipate(bool takesBack, IReadOnlyList<TentativeValue> values)
    {
        _queue.Add(takesBack, values);
        Wake?.Invoke();
    }

    /// <inheritdoc/>
    public void Query(PendingQuery query)
    {
        var (error, message) = _queue.Add(query);
        if (error != PaxosError.None)
        {
            query.OnFailure(error, message);
            return;
        }

        Wake?.Invoke();
    }

    /// <inheritdoc/>
    /// <remarks>Values above the snapshot that are queued already stay, and are applied after it. A snapshot that is
    /// not ahead of what was applied changes nothing, and is told as failed: nobody shall count on it.</remarks>
    public void Install(Slot snapshot)
    {
        _queue.Install(snapshot);
        Wake?.Invoke();
    }

    /// <summary>Asks for a snapshot now, whatever the policy says; <see cref="SnapshotSaved"/> tells when it is
    /// durable.</summary>
    public void RequestSnapshot()
    {
        _taker.Request();
        Wake?.Invoke();
    }

    /// <summary>A durable snapshot that covers at least what is applied now; a new one where there is none yet.
    /// Completes with its slot.</summary>
    /// <exception cref="IOException">It could not be written, or this replica has stopped; the message says
    /// why.</exception>
    public Task<Slot> SnapshotAsync()
    {
        var saved = _taker.WaitAsync(Applied);
        Wake?.Invoke();
        return saved;
    }

    /// <summary>Does a round of what is queued; false when there was nothing to do.</summary>
    public bool RunOnce()
    {
        _round.Clear();

        // A machine's capture is written while it applies and answers, not while it is restored.
        var found = _queue.Take(_round, _options.RoundSlotsMax, _options.RoundBytesMax, canInstall: !_taker.IsWriting);
        TakeQueries();
        if (_failure is null)
        {
            RunGuarded();
        }

        if (_failure is { } failure)
        {
            FailQueries(failure);
        }

        return found;
    }

    /// <summary>Takes nothing more and tells the queries that wait; after the last round.</summary>
    public void Stop()
    {
        const string Why = "this replica is stopping";
        _queue.Close(Why);
        _taker.Stop(Why);
        _round.Clear();
        _queue.Take(_round, 0, 0, canInstall: false);
        TakeQueries();
        FailQueries(Why);
    }

    private static string Instead(Slot older) => older > Slot.Zero
        ? $"the one at slot {older} is tried"
        : "this replica starts empty, and fetches what it lacks from another one";

    private void TakeQueries()
    {
        foreach (var query in _round.Queries)
        {
            _waiting.Add(query);
        }
    }

    private void RunGuarded()
    {
        try
        {
            RunRound();
        }
        catch (Exception exception)
        {
            // Whatever it was, the state behind it can't be trusted any more: halt, and say where.
            var text = exception is ExecutionFailedException or InvalidDataException
                ? exception.Message
                : $"the executor failed after slot {_executor.Applied}: {exception.Message}";
            _failure = text;
            _queue.Close(text);
            _taker.Stop(text);
            _observer.OnHalted(_executor.Group, text);
        }
    }

    private void RunRound()
    {
        if (_round.Install is { } snapshot)
        {
            InstallNow(snapshot);
        }

        var isCommitted = !_executor.IsStored;
        try
        {
            ApplyValues();
            if (_round.Values.Count > 0)
            {
                _executor.Commit();
                isCommitted = true;
            }
        }
        finally
        {
            // What was applied before a failure is chosen and answered like anything else; where it lies in a store
            // that did not commit it, it is applied and answered after the next start (R27).
            if (_round.Values.Count > 0 && isCommitted)
            {
                TellApplied();
            }
        }

        if (_round.TakesBack)
        {
            _ahead.End(_executor);
        }

        AnswerQueries();
        if (_taker.IsDue(_executor.Applied))
        {
            _ahead.Suspend(_executor);
            _taker.Take(_executor);
        }

        // Ahead of choice only after all that is chosen, and what asks for no more than that.
        _ahead.Add(_round.Tentative, _executor.Applied);
        if (_ahead.Run(_executor))
        {
            _executor.Results.OnRoundEnd();
        }

        AnswerSpeculative();
    }

    private void TellApplied()
    {
        LentThread.Begin();
        try
        {
            _executor.Results.OnRoundEnd();
            _replica?.Post(new Executed(_executor.Applied, _executor.Time, _executor.NextDeadline));
            Advanced?.Invoke();
        }
        finally
        {
            LentThread.End(busy: _queue.HasValues);
        }
    }

    private void ApplyValues()
    {
        foreach (var chosen in _round.Values)
        {
            var (slot, value) = chosen;
            if (slot <= _executor.Applied)
            {
                continue; // A snapshot covered it while it was on its way.
            }

            _ahead.OnChosen(slot, value);
            _executor.Apply(slot, value);
            Volatile.Write(ref _epoch, _executor.Epoch);
            Volatile.Write(ref _applied, slot.Index);
            _observer.OnApplied(_executor.Group, in chosen, _executor.Chain);
            _taker.Count(value);
            if (slot.Index % _options.CheckpointSlots == 0)
            {
                _ahead.Suspend(_executor);
                _replica?.Post(new DigestTaken(slot, _executor.Chain, _executor.Digest));
            }
        }
    }

    private void InstallNow(Slot snapshot)
    {
        if (snapshot <= _executor.Applied)
        {
            _replica?.Post(new SnapshotFailed(NodeId.None));
            return;
        }

        if (!_executor.CanRestore)
        {
            throw new InvalidDataException(StoreRecovery.LeftBehind(_executor, snapshot));
        }

        _ahead.Suspend(_executor);
        var restoring = SnapshotReader.RestoreAsync(_store, _executor, snapshot, CancellationToken.None);
        restoring.AsTask().GetAwaiter().GetResult();
        _executor.Commit();
        OnRestored(snapshot);
        _ahead.OnRestored(snapshot);

        // At once: who is asked to send again makes the log grow for it, and a replica that is always behind a log that
        // is trimmed gets the answer to that in a snapshot, too, and has everybody send again.
        _executor.TellKept();
        _executor.Results.OnRoundEnd();
        Advanced?.Invoke();
        _replica?.Post(
            new SnapshotInstalled(snapshot, _executor.Time, _executor.NextDeadline) { Epoch = _executor.Epoch });
    }

    private void OnRestored(Slot slot)
    {
        Volatile.Write(ref _epoch, _executor.Epoch);
        Volatile.Write(ref _applied, slot.Index);
        _taker.OnRestored(_executor.Group, slot);
        _observer.OnSnapshotRestored(_executor.Group, slot, _executor.Chain);
    }

    private void AnswerQueries()
    {
        var answered = 0;
        LentThread.Begin(); // an answer may let the next round of reads begin
        try
        {
            while (_waiting.TryTakeBound(_executor.Applied, out var query))
            {
                answered++;

                // It must see nothing that may be taken back.
                _ahead.Suspend(_executor);
                Answer(query, new(_executor.Applied, _executor.Time));
            }
        }
        finally
        {
            LentThread.End(busy: _queue.HasValues);
        }

        OnAnswered(answered);
    }

    private void AnswerSpeculative()
    {
        var answered = 0;
        while (_waiting.TryTakeSpeculative(out var query))
        {
            answered++;
            Answer(query, _executor.Reached);
        }

        OnAnswered(answered);
    }

    private void OnAnswered(int queries)
    {
        if (queries > 0)
        {
            _queue.OnAnswered(queries);
        }
    }

    private void Answer(PendingQuery query, QueryContext context)
    {
        _answer.ResetWrittenCount();
        try
        {
            _executor.Machine.Query(in context, new ReadOnlySequence<byte>(query.Query), _answer);
        }
        catch (Exception exception)
        {
            // A query changes nothing, so replicas can't differ by it: only the asker has to know.
            query.OnFailure(
                PaxosError.BadRequest,
                $"the state machine threw {exception.GetType().Name} at the query: {exception.Message}");
            return;
        }

        query.OnAnswer(in context, _answer.WrittenSpan);
        if (_answer.Capacity > AnswerBytesKept)
        {
            _answer = new();
        }
    }

    private void FailQueries(string why)
    {
        var failed = 0;
        while (_waiting.TryTake(out var query))
        {
            failed++;
            query.OnFailure(PaxosError.Stopped, why);
        }

        OnAnswered(failed);
    }
}
