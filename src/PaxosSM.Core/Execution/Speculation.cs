namespace PaxosSM.Execution;

/// <summary>What an executor has done ahead of choice (R18): the slots that are open, oldest first, and how to take
/// them back.</summary>
internal sealed class Speculation(IOptimisticStateMachine machine)
{
    private readonly Queue<SpeculatedSlot> _open = new();

    /// <summary>The machine.</summary>
    public IOptimisticStateMachine Machine { get; } = machine;

    /// <summary>Changes of the session table since the oldest mark.</summary>
    public UndoLog<SessionChange> Sessions { get; } = new();

    /// <summary>Changes of the timers since the oldest mark.</summary>
    public UndoLog<TimerChange> Timers { get; } = new();

    /// <summary>Whether any slot is open.</summary>
    public bool IsOpen => _open.Count > 0;

    /// <summary>The oldest open slot: before it stands what is chosen.</summary>
    public SpeculatedSlot Oldest => _open.Peek();

    /// <summary>A slot is open from now on.</summary>
    public void Add(SpeculatedSlot slot) => _open.Enqueue(slot);

    /// <summary>The oldest slot is chosen.</summary>
    public SpeculatedSlot Confirm()
    {
        var confirmed = _open.Dequeue();
        Sessions.Drop(confirmed.SessionChanges);
        Timers.Drop(confirmed.TimerChanges);
        return confirmed;
    }

    /// <summary>All open slots are taken back.</summary>
    public void Clear() => _open.Clear();
}

/// <summary>Where an executor stands in the log.</summary>
/// <param name="Slot">The last slot applied.</param>
/// <param name="Time">The log's time there (R19).</param>
/// <param name="Chain">The hash chain there (R28).</param>
internal readonly record struct LogPosition(Slot Slot, LogTime Time, ulong Chain);

/// <summary>A slot executed ahead of choice, and the results that wait for it to be chosen.</summary>
/// <param name="value">What was executed.</param>
/// <param name="before">Where the executor stood before.</param>
/// <param name="deadline">What time the state before waits for.</param>
/// <param name="early">Takes the results ahead of choice; null when it has them.</param>
internal sealed class SpeculatedSlot(Value value, LogPosition before, LogTime deadline, IResultSink? early)
    : IResultSink
{
    private readonly List<WaitingResult> _results = [];

    /// <summary>The slot.</summary>
    public Slot Slot => Before.Slot.Next;

    /// <summary>Where the executor stood before it.</summary>
    public LogPosition Before { get; } = before;

    /// <summary>The earliest time that a timer or a session waited for, before it.</summary>
    public LogTime Deadline { get; } = deadline;

    /// <summary>How many changes of the session table are its.</summary>
    public int SessionChanges { get; set; }

    /// <summary>How many changes of the timers are its.</summary>
    public int TimerChanges { get; set; }

    /// <summary>Whether that is the very value that was executed.</summary>
    public bool Is(Value chosen) => value.IsSame(chosen);

    /// <inheritdoc/>
    public void OnResult(
        SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlySpan<byte> result)
    {
        _results.Add(new(session, sequence, error, detail, slot, result.ToArray()));
        if (error == PaxosError.None && session != SessionId.None && sequence > 0)
        {
            early?.OnTentative(session, sequence, slot, result);
        }
    }

    /// <inheritdoc/>
    public void OnRoundEnd()
    {
        // They wait for the slot, not for a round.
    }

    /// <summary>It is chosen: its results are told.</summary>
    public void TellResults(IResultSink results)
    {
        foreach (var waiting in _results)
        {
            results.OnResult(
                waiting.Session, waiting.Sequence, waiting.Error, waiting.Detail, waiting.Slot, waiting.Result.Span);
        }
    }

    private readonly record struct WaitingResult(
        SessionId Session, long Sequence, PaxosError Error, long Detail, Slot Slot, ReadOnlyMemory<byte> Result);
}
