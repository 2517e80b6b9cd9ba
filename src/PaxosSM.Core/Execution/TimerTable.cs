namespace PaxosSM.Execution;

/// <summary>A machine's pending timers, in order of (due time, id) (R19).</summary>
internal sealed class TimerTable : ITimers
{
    /// <summary>How many timers may be pending; a machine that sets more has a bug.</summary>
    public const int TimersMax = 1 << 20;

    /// <summary>A timer's size in a snapshot, in bytes.</summary>
    private const int EntrySize = 16;

    private readonly SortedSet<(LogTime Due, long Id)> _pending = [];
    private readonly Dictionary<long, LogTime> _dueById = [];
    private bool _usable;
    private StateJournal? _journal;

    /// <summary>How many are pending.</summary>
    public int Count => _dueById.Count;

    /// <summary>When the first is due; never for none.</summary>
    public LogTime NextDue => _pending.Count == 0 ? LogTime.Never : _pending.Min.Due;

    /// <summary>Takes what each change found, while changes may have to be taken back (R18); else null.</summary>
    public UndoLog<TimerChange>? Undo { get; set; }

    /// <inheritdoc/>
    public void Set(long id, LogTime due)
    {
        RequireUsable();
        if (_dueById.TryGetValue(id, out var earlier))
        {
            _pending.Remove((earlier, id));
        }
        else if (_dueById.Count == TimersMax)
        {
            throw new InvalidOperationException($"{TimersMax} timers are pending; no more can be set");
        }

        Undo?.Add(new(id, _dueById.TryGetValue(id, out var before) ? before : null));
        _dueById[id] = due;
        _pending.Add((due, id));
        _journal?.Note(StateRecordKind.Timer, id);
    }

    /// <inheritdoc/>
    public void Cancel(long id)
    {
        RequireUsable();
        if (_dueById.Remove(id, out var due))
        {
            Undo?.Add(new(id, due));
            _pending.Remove((due, id));
            _journal?.Note(StateRecordKind.Timer, id);
        }
    }

    /// <summary>Takes changes back, all of them.</summary>
    public void TakeBack(UndoLog<TimerChange> changes)
    {
        while (changes.TryTakeNewest(out var change))
        {
            if (_dueById.Remove(change.Id, out var due))
            {
                _pending.Remove((due, change.Id));
            }

            if (change.Before is { } before)
            {
                _dueById.Add(change.Id, before);
                _pending.Add((before, change.Id));
            }
        }
    }

    /// <summary>Lets the machine set timers, for the length of a call only: elsewhere replicas could differ.</summary>
    public void AllowUse(bool usable) => _usable = usable;

    /// <summary>Takes the first timer that is due at <paramref name="time"/>.</summary>
    public bool TryTakeDue(LogTime time, out long id)
    {
        id = 0;
        if (_pending.Count == 0 || _pending.Min.Due > time)
        {
            return false;
        }

        var first = _pending.Min;
        Undo?.Add(new(first.Id, first.Due));
        _pending.Remove(first);
        _dueById.Remove(first.Id);
        _journal?.Note(StateRecordKind.Timer, first.Id);
        id = first.Id;
        return true;
    }

    /// <summary>Has every change noted from now on.</summary>
    public void Keep(StateJournal journal) => _journal = journal;

    /// <summary>Notes all that there is.</summary>
    public void NoteAll(StateJournal journal)
    {
        foreach (var (_, id) in _pending)
        {
            journal.Note(StateRecordKind.Timer, id);
        }
    }

    /// <summary>Writes a timer's record, its due time (8); false when it is not set any more.</summary>
    public bool TryWrite(in StateKey key, ref StateWriter writer)
    {
        if (!_dueById.TryGetValue(key.First, out var due))
        {
            return false;
        }

        writer.WriteInt64(due.Microseconds);
        return true;
    }

    /// <summary>Takes a timer's record.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public void ReadTimer(in StateKey key, ref StateReader reader) => Add(new(reader.ReadInt64()), key.First);

    /// <summary>Writes the timers: count (4), then due time (8) and id (8) of each, in order.</summary>
    public void Write(ref StateWriter writer)
    {
        writer.WriteInt32(_pending.Count);
        foreach (var (due, id) in _pending)
        {
            writer.WriteInt64(due.Microseconds);
            writer.WriteInt64(id);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static TimerTable Read(ref StateReader reader)
    {
        var table = new TimerTable();
        var count = reader.ReadCount(EntrySize, TimersMax);
        for (var read = 0; read < count; read++)
        {
            var due = new LogTime(reader.ReadInt64());
            var id = reader.ReadInt64();
            table.Add(due, id);
        }

        return table;
    }

    private void Add(LogTime due, long id)
    {
        StateReader.Require(_dueById.TryAdd(id, due), "a timer is there twice");
        _pending.Add((due, id));
    }

    private void RequireUsable()
    {
        if (!_usable)
        {
            throw new InvalidOperationException("timers are set and cancelled only in the calls that hand them out");
        }
    }
}

/// <summary>A timer that was set, cancelled, or fired.</summary>
/// <param name="Id">Which.</param>
/// <param name="Before">When it was due before; null when it was not set.</param>
internal readonly record struct TimerChange(long Id, LogTime? Before);
