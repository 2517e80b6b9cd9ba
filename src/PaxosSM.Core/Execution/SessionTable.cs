using System.Buffers.Binary;
using System.Diagnostics;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Execution;

/// <summary>Who may still send what, and which results are owed: exactly once, in session order (R17, I9).</summary>
/// <remarks>
/// A function of the log alone: every refusal, Busy too, falls at the same command on every replica. A command costs
/// one look-up and one copy of its result.
/// </remarks>
internal sealed class SessionTable
{
    private const int LimitsSize = 5 * sizeof(int);
    private const int SessionSizeMin = 65;
    private const int ResultSizeMin = 20;
    private readonly SessionLimits _limits;
    private readonly Dictionary<SessionId, Session> _byId = [];
    private readonly Dictionary<Guid, Session> _byNonce = [];
    private readonly ExpiryQueue _expiry = new();
    private Session? _last;
    private Session? _recent;
    private long _opened;
    private long _windowSum;
    private long _bytes;
    private long _results;
    private StateJournal? _journal;

    /// <summary>An empty table.</summary>
    public SessionTable(SessionLimits limits)
    {
        limits.Validate();
        _limits = limits;
    }

    /// <summary>The session opened first of those still open; null for none.</summary>
    public Session? First { get; private set; }

    /// <summary>How many sessions are open.</summary>
    public int Count => _byId.Count;

    /// <summary>How many bytes the kept results count.</summary>
    public long Bytes => _bytes;

    /// <summary>What it may hold.</summary>
    public SessionLimits Limits => _limits;

    /// <summary>How many sessions were ever opened.</summary>
    public long Opened => _opened;

    /// <summary>How many results are kept.</summary>
    public long ResultCount => _results;

    /// <summary>When the next session expires, unless it is used before; never for none.</summary>
    public LogTime NextExpiry => _expiry.Next;

    /// <summary>Takes each change, while changes may have to be taken back (R18); else null.</summary>
    public UndoLog<SessionChange>? Undo { get; set; }

    /// <summary>Forgets the sessions whose time is over. Done first at every slot.</summary>
    public void Expire(LogTime now)
    {
        while (_expiry.FindExpired(now) is { } session)
        {
            Undo?.Add(new SessionRemoved(session));
            Remove(session);
        }
    }

    /// <summary>Opens a session, or finds the one that the same request opened before.</summary>
    public PaxosError Open(in SessionRequest request, LogTime now, out SessionId id)
    {
        if (_byNonce.TryGetValue(request.Nonce, out var session))
        {
            id = session.Id;
            Touch(session, 0, now);
            return PaxosError.None;
        }

        id = SessionId.None;
        var window = Math.Min(request.Window, _limits.WindowMax);
        if (_byId.Count == _limits.SessionsMax || _windowSum + window > _limits.WindowSumMax)
        {
            return PaxosError.Busy;
        }

        id = new(++_opened);
        session = new(id, request with { Window = window }, now);
        Undo?.Add(new SessionOpened(session));
        Add(session);
        return PaxosError.None;
    }

    /// <summary>Notes that a session lives, and what its client acknowledges.</summary>
    public PaxosError KeepAlive(SessionId id, long acknowledgedThrough, LogTime now)
    {
        if (Find(id) is not { } session)
        {
            return PaxosError.SessionExpired;
        }

        Touch(session, acknowledgedThrough, now);
        return PaxosError.None;
    }

    /// <summary>Ends a session.</summary>
    public PaxosError Close(SessionId id)
    {
        if (Find(id) is not { } session)
        {
            return PaxosError.SessionExpired;
        }

        Undo?.Add(new SessionRemoved(session));
        Remove(session);
        return PaxosError.None;
    }

    /// <summary>Decides on a command; one that is admitted must be applied and completed before the next
    /// call.</summary>
    /// <param name="entry">The command.</param>
    /// <param name="now">The log's time.</param>
    /// <param name="session">Its session; null where the session has expired.</param>
    /// <param name="isRepeat">It was applied before: its result is kept.</param>
    /// <returns>Why it is refused; none when it is not.</returns>
    public PaxosError Admit(in CommandEntry entry, LogTime now, out Session? session, out bool isRepeat)
    {
        isRepeat = false;
        if ((session = Find(entry.Session)) is null)
        {
            return PaxosError.SessionExpired;
        }

        Touch(session, entry.AcknowledgedThrough, now);
        if (entry.Sequence <= session.AcknowledgedThrough)
        {
            return PaxosError.SessionStale;
        }

        return session.Request.Mode == SessionMode.Ordered
            ? AdmitOrdered(session, entry.Sequence, out isRepeat)
            : AdmitUnordered(session, entry.Sequence, out isRepeat);
    }

    /// <summary>Keeps the result of a command that was admitted and applied.</summary>
    public void Complete(Session session, long sequence, Slot slot, ReadOnlySpan<byte> result)
    {
        Undo?.Add(new SessionCompleted(session, sequence, session.Highest));
        _bytes -= session.Results.Bytes;
        session.Results.Keep(sequence, session.AcknowledgedThrough, slot, result);
        _bytes += session.Results.Bytes;
        session.Highest = Math.Max(session.Highest, sequence);
        _results++;
        _journal?.Note(StateRecordKind.Session, session.Id.Value);
        _journal?.Note(StateRecordKind.Result, session.Id.Value, sequence);
    }

    /// <summary>Has every change noted from now on.</summary>
    public void Keep(StateJournal journal) => _journal = journal;

    /// <summary>Notes all that there is.</summary>
    public void NoteAll(StateJournal journal)
    {
        for (var session = First; session is not null; session = session.Next)
        {
            journal.Note(StateRecordKind.Session, session.Id.Value);
            journal.NoteResults(session, session.Highest);
        }
    }

    /// <summary>Writes one session's, or one result's, record; false when there is none any more.</summary>
    /// <remarks>A session: nonce, mode, window and time-out as its request, last active (8), acknowledged (8), highest
    /// (8). A result: slot (8), bytes.</remarks>
    public bool TryWrite(in StateKey key, ref StateWriter writer)
    {
        if (!_byId.TryGetValue(new(key.First), out var session))
        {
            return false;
        }

        if (key.Kind == StateRecordKind.Session)
        {
            SessionCodec.WriteFacts(session, ref writer);
            return true;
        }

        if (!session.Results.TryFind(key.Second, out var slot, out var result))
        {
            return false;
        }

        writer.WriteInt64(slot.Index);
        writer.WriteBytes(result);
        return true;
    }

    /// <summary>Takes how many sessions were ever opened, before any record.</summary>
    public void ReadOpened(long opened) => _opened = opened;

    /// <summary>Takes a session's record; those of lower numbers come first.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public void ReadSession(in StateKey key, ref StateReader reader) => ReadFacts(new(key.First), ref reader);

    /// <summary>Takes a result's record; its session's came before.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public void ReadResult(in StateKey key, ReadOnlySpan<byte> record)
    {
        var known = _byId.TryGetValue(new(key.First), out var session);
        StateReader.Require(known, "a result is of no session");
        var inWindow = key.Second > session!.AcknowledgedThrough && key.Second <= session.Highest // just asked
            && key.Second - session.AcknowledgedThrough <= session.Request.Window;
        StateReader.Require(inWindow, "a result lies outside its session's window");
        var reader = new StateReader(record);
        var slot = new Slot(reader.ReadInt64());
        Complete(session, key.Second, slot, record[sizeof(long)..]);
    }

    /// <summary>Takes changes back, all of them: the table is as it was before the first.</summary>
    public void TakeBack(UndoLog<SessionChange> changes)
    {
        while (changes.TryTakeNewest(out var change))
        {
            TakeBack(change);
        }
    }

    /// <summary>Writes the table; equal tables give equal bytes.</summary>
    /// <remarks>
    /// The five limits (4 each), sessions ever opened (8), how many are open (4); for each, by number: number (8),
    /// nonce (16), mode (1), window (4), time-out in milliseconds (8), last active (8), acknowledged (8), highest (8),
    /// kept results (4); for each of those, by command number: that number (8), slot (8), length (4), bytes.
    /// </remarks>
    public void Write(ref StateWriter writer)
    {
        _limits.Write(ref writer);
        writer.WriteInt64(_opened);
        writer.WriteInt32(_byId.Count);
        for (var session = First; session is not null; session = session.Next)
        {
            SessionCodec.Write(session, ref writer);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is not that, or was written under other limits.</exception>
    public static SessionTable Read(ref StateReader reader, SessionLimits limits)
    {
        var table = new SessionTable(limits);
        limits.RequireWritten(ref reader);
        table._opened = reader.ReadInt64();
        var count = reader.ReadCount(SessionSizeMin, limits.SessionsMax);
        for (var read = 0; read < count; read++)
        {
            table.ReadSession(ref reader);
        }

        return table;
    }

    /// <summary>Numbers the sessions to come apart from those that another fork of the same history may have opened
    /// (R33): a client of that fork must not meet another one's session under its number.</summary>
    /// <param name="table">A table as it was written; the count of opened sessions in it rises.</param>
    /// <param name="salt">Tells the forks apart.</param>
    public static void NumberApart(Span<byte> table, uint salt)
    {
        var opened = BinaryPrimitives.ReadInt64LittleEndian(table[LimitsSize..]);
        BinaryPrimitives.WriteInt64LittleEndian(table[LimitsSize..], SessionCodec.NumberApart(opened, salt));
    }

    /// <summary>An epoch of another fork begins (R33).</summary>
    public void Enter(EpochStart epoch) => _opened = SessionCodec.NumberApart(_opened, epoch.Digest);

    private Session ReadFacts(SessionId id, ref StateReader reader)
    {
        var known = SessionRequest.TryRead(reader.ReadBytes(SessionRequest.Size), out var request);
        StateReader.Require(known && request.Window <= _limits.WindowMax, "a session's request is none");
        StateReader.Require(id.Value > (_last?.Id.Value ?? 0) && id.Value <= _opened, "sessions are out of order");
        StateReader.Require(!_byNonce.ContainsKey(request.Nonce), "a session is there twice");
        var session = new Session(id, request, new(reader.ReadInt64()))
        {
            AcknowledgedThrough = reader.ReadInt64(),
            Highest = reader.ReadInt64(),
        };
        Add(session);
        return session;
    }

    private void ReadSession(ref StateReader reader)
    {
        var session = ReadFacts(new(reader.ReadInt64()), ref reader);
        var count = reader.ReadCount(ResultSizeMin, session.Request.Window);
        var last = session.AcknowledgedThrough;
        for (var read = 0; read < count; read++)
        {
            var sequence = reader.ReadInt64();
            var inWindow = sequence - session.AcknowledgedThrough <= session.Request.Window;
            StateReader.Require(inWindow && sequence > last && sequence <= session.Highest, "results are out of order");
            var slot = new Slot(reader.ReadInt64());
            Complete(session, sequence, slot, reader.ReadBytes(reader.ReadInt32()));
            last = sequence;
        }
    }

    private PaxosError AdmitOrdered(Session session, long sequence, out bool isRepeat)
    {
        isRepeat = sequence <= session.Highest;
        if (isRepeat)
        {
            return PaxosError.None;
        }

        if (sequence > session.Highest + 1)
        {
            return PaxosError.SessionGap;
        }

        var full = session.Highest - session.AcknowledgedThrough >= session.Request.Window || IsFull(session);
        return full ? PaxosError.Busy : PaxosError.None;
    }

    private PaxosError AdmitUnordered(Session session, long sequence, out bool isRepeat)
    {
        isRepeat = session.Results.Has(sequence);
        var full = !isRepeat
            && (sequence - session.AcknowledgedThrough > session.Request.Window || IsFull(session));
        return full ? PaxosError.Busy : PaxosError.None;
    }

    private bool IsFull(Session session) =>
        session.Results.Bytes >= _limits.SessionBytesMax || _bytes >= _limits.BytesMax;

    private void Touch(Session session, long acknowledgedThrough, LogTime now)
    {
        List<KeptResult>? released = Undo is null || acknowledgedThrough <= session.AcknowledgedThrough ? null : [];
        Undo?.Add(new SessionTouched(session, session.LastActive, session.AcknowledgedThrough, released));
        session.LastActive = now;
        _journal?.Note(StateRecordKind.Session, session.Id.Value);
        if (session.Request.Mode == SessionMode.Ordered)
        {
            // R17: command n comes only after n - 1, so none that was never applied can be given up.
            acknowledgedThrough = Math.Min(acknowledgedThrough, session.Highest);
        }

        if (acknowledgedThrough > session.AcknowledgedThrough)
        {
            var through = Math.Min(acknowledgedThrough, session.Highest);
            _journal?.NoteResults(session, through);
            _bytes -= session.Results.Bytes;
            _results -= session.Results.Count;
            session.Results.Release(session.AcknowledgedThrough, through, released);
            _results += session.Results.Count;
            session.AcknowledgedThrough = acknowledgedThrough;
            _bytes += session.Results.Bytes;
        }
    }

    // Newest first, so that each finds the table as its change left it.
    private void TakeBack(SessionChange change)
    {
        var session = change.Session;
        switch (change)
        {
            case SessionOpened:
                Remove(session);
                _opened--;
                break;
            case SessionRemoved:
                PutBack(session);
                break;
            case SessionTouched touched:
                session.LastActive = touched.LastActive;
                _expiry.Refile(session);
                PutBack(session, touched);
                break;
            case SessionCompleted completed:
                _bytes -= session.Results.Bytes;
                _results--;
                session.Results.Release(completed.Sequence - 1, completed.Sequence);
                session.Highest = completed.Highest;
                _bytes += session.Results.Bytes;
                break;
            default:
                throw new UnreachableException($"a change of no known kind: {change}");
        }
    }

    private void PutBack(Session session, SessionTouched touched)
    {
        session.AcknowledgedThrough = touched.AcknowledgedThrough;
        if (touched.Released is not { } released)
        {
            return;
        }

        _bytes -= session.Results.Bytes;
        _results += released.Count;
        foreach (var (sequence, slot, bytes) in released)
        {
            session.Results.Keep(sequence, session.AcknowledgedThrough, slot, bytes.Span);
        }

        _bytes += session.Results.Bytes;
    }

    // Its neighbours are those that it had when it went: what came after that is taken back already.
    private void PutBack(Session session)
    {
        Enter(session);
        _results += session.Results.Count;
        _bytes += session.Results.Bytes;
        if (session.Previous is null)
        {
            First = session;
        }
        else
        {
            session.Previous.Next = session;
        }

        if (session.Next is null)
        {
            _last = session;
        }
        else
        {
            session.Next.Previous = session;
        }
    }

    // Commands of one session come in runs: remember the last one.
    private Session? Find(SessionId id)
    {
        if (_recent?.Id == id)
        {
            return _recent;
        }

        if (_byId.TryGetValue(id, out var session))
        {
            _recent = session;
        }

        return session;
    }

    private void Add(Session session)
    {
        Enter(session);
        _journal?.Note(StateRecordKind.Session, session.Id.Value);
        session.Previous = _last;
        if (_last is null)
        {
            First = session;
        }
        else
        {
            _last.Next = session;
        }

        _last = session;
    }

    private void Enter(Session session)
    {
        _byId.Add(session.Id, session);
        _byNonce.Add(session.Request.Nonce, session);
        _expiry.Add(session);
        _windowSum += session.Request.Window;
    }

    private void Remove(Session session)
    {
        _journal?.Note(StateRecordKind.Session, session.Id.Value);
        _journal?.NoteResults(session, session.Highest);
        _byId.Remove(session.Id);
        _byNonce.Remove(session.Request.Nonce);
        _expiry.Remove(session);
        _windowSum -= session.Request.Window;
        _bytes -= session.Results.Bytes;
        _results -= session.Results.Count;
        _recent = null;
        if (session.Previous is null)
        {
            First = session.Next;
        }
        else
        {
            session.Previous.Next = session.Next;
        }

        if (session.Next is null)
        {
            _last = session.Previous;
        }
        else
        {
            session.Next.Previous = session.Previous;
        }
    }
}
