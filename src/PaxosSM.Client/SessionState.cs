using System.Buffers.Binary;
using System.Text;
using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>
/// What a session knows and decides (R17). For one thread at a time: <see cref="ClientSession"/> sees to that.
/// </summary>
internal sealed class SessionState
{
    private readonly ClientLink _link;
    private readonly SessionRequest _request;
    private readonly CommandRing _ring;
    private readonly ResendPacer _pacer;
    private readonly FlushQueue _flushes;
    private readonly TaskCompletionSource<SessionId> _opened;
    private bool _openingDue = true;
    private bool _keepAliveDue;
    private bool _wantsTentative;
    private bool _progresses;
    private long _expireFrom = 1;

    // The last look: while commands are unanswered, never longer ago than a tick.
    private Instant _seen;
    private PaxosException? _ended;

    public SessionState(ClientLink link, SessionMode mode, int window)
    {
        _link = link;
        _request = new(link.Scheduling.NewNonce(), mode, window, link.Options.SessionTimeout);
        _ring = new(window);
        _flushes = new(link);
        _opened = link.Scheduling.NewSource<SessionId>();
        _pacer = new(link.Options.ResendInterval, link.Scheduling);
        _pacer.OnFirst(link.Now);
        Span<byte> request = stackalloc byte[SessionRequest.Size];
        _request.Write(request);
        Opening = BinaryPrimitives.ReadInt64LittleEndian(request);
    }

    /// <summary>The number under which the opening is answered.</summary>
    public long Opening { get; }

    /// <summary>The session's number, once it is open.</summary>
    public Task<SessionId> Opened => _opened.Task;

    /// <summary>The session's number; none before it is open.</summary>
    public SessionId Id { get; private set; }

    /// <summary>Why the session is over; null while it is not.</summary>
    /// <remarks>Any thread may look.</remarks>
    public PaxosException? Ended => Volatile.Read(ref _ended);

    /// <summary>No command is unresolved.</summary>
    public bool IsIdle => _ring.IsEmpty;

    /// <summary>Whether there is something to send, and sending makes sense now.</summary>
    public bool IsSendDue
    {
        get
        {
            var due = IsOpen ? _keepAliveDue || (_ring.Cursor < _ring.Next && !_link.IsWedged) : _openingDue;
            return due && CanSend(_link.Now);
        }
    }

    private bool IsOpen => Id != SessionId.None;

    /// <summary>Whether a command waits for its answer.</summary>
    public bool IsUnresolved(long sequence) =>
        _ring.Contains(sequence) && _ring[sequence].State != CommandState.Resolved;

    /// <summary>Numbers a command and keeps it.</summary>
    /// <param name="call">The command, and where its result goes.</param>
    /// <param name="session">The session.</param>
    /// <param name="refusal">Why it was not taken: it has no number, and will never be applied.</param>
    /// <returns>Its waiter; null when it was not taken.</returns>
    public CommandWaiter? Add(in CommandCall call, ClientSession session, out PaxosException? refusal)
    {
        refusal = _link.IsWedged ? Wedged() : _ring.IsFull ? Full() : null;
        if (refusal is not null)
        {
            return null;
        }

        if (_ring.IsEmpty)
        {
            _seen = _link.Now;
            _pacer.OnFirst(_seen);
        }

        // The clock is read at each look, not for each command: it costs as much as all else that is done here.
        var now = _seen;
        var waiter = WaiterPool.Rent();
        var deadline = now + _link.Options.Timeout;
        var sequence = _ring.Add(new() { Command = call.Command, Waiter = waiter, Deadline = deadline });
        waiter.Begin(_link, session, sequence, call, now);
        _wantsTentative |= call.Tentative is not null;
        return waiter;
    }

    /// <summary>Who is told what is guessed of a command's result (R18); null for nobody, or when it has
    /// ended.</summary>
    public Action<TentativeResult>? WhoWantsTentative(long sequence) =>
        IsUnresolved(sequence) ? _ring[sequence].Waiter?.Tentative : null;

    private PaxosException Wedged()
    {
        _link.OnWedged();
        return new(PaxosError.Wedged, _link.Why());
    }

    private PaxosException Full() => new(
        PaxosError.Busy, $"{_request.Window} commands of session {Id} are unanswered: {_link.Why()}");

    /// <summary>Completes when every command so far is resolved.</summary>
    public Task Flush() =>
        _ring.IsEmpty ? Task.CompletedTask : _flushes.Add(_ring.Next - 1, _link.Now);

    /// <summary>Everything unanswered is to go again, in order.</summary>
    public void ResendAll()
    {
        _pacer.OnOpportunity(_link.Now);
        _ring.Unsend(0, Instant.Never);
        _openingDue = !IsOpen;
        _keepAliveDue |= IsOpen && (_ring.IsEmpty || _link.IsWedged);
    }

    /// <summary>A frame was lost: it goes again when there is a connection; if there is one by now, soon.</summary>
    public void OnLost()
    {
        _pacer.OnRefused(_link.Now);
        _ring.Unsend(0, Instant.Never);
        _openingDue = !IsOpen;
        _keepAliveDue |= IsOpen && (_ring.IsEmpty || _link.IsWedged);
    }

    /// <summary>Some commands were refused for now, and nobody knows whose: what is still unanswered after a pause goes
    /// again (R17), as it may be among them.</summary>
    public void OnBusy()
    {
        var now = _link.Now;
        if ((IsOpen && _ring.IsEmpty) || _pacer.Holds(now))
        {
            return;
        }

        OnLost();
    }

    /// <summary>Deadlines, resends, signs of life.</summary>
    /// <returns>True when something waits for longer than it should.</returns>
    public bool OnTick(Instant now)
    {
        _seen = now > _seen ? now : _seen; // another thread may have looked since
        ExpireDeadlines(now);
        _flushes.Expire(now);
        var pending = !_ring.IsEmpty || !IsOpen;
        if (!IsOpen)
        {
            _openingDue |= now - _pacer.SentAt >= _link.Options.ResendInterval;
        }
        else if (pending && !_link.IsWedged && CanSend(now))
        {
            _ring.Unsend(0, _pacer.ResendBefore(now));
        }
        else if (now - _pacer.SentAt >= _link.Options.SessionTimeout / 3)
        {
            _keepAliveDue = true;
        }

        return pending && now - _pacer.ProgressAt >= _link.StallAfter;
    }

    /// <summary>The caller of a command waits no more.</summary>
    public void Cancel(CommandWaiter waiter, CancellationToken token)
    {
        if (!_ring.Contains(waiter.Sequence) || _ring[waiter.Sequence].Waiter != waiter)
        {
            return;
        }

        var reason = TimeoutOf(waiter, _link.Now);
        GiveUp(waiter.Sequence);
        waiter.Fail(new OperationCanceledException(reason.Message, reason, token));
    }

    /// <summary>The next frame to send; null for none.</summary>
    public ClientSubmit? TakeFrame()
    {
        var now = _link.Now;
        _seen = now;
        if (!CanSend(now))
        {
            return null;
        }

        var frame = IsOpen ? TakeCommands(now) : TakeOpening();
        if (frame is not null)
        {
            _keepAliveDue = false;
            _pacer.OnSent(now);
        }

        return frame;
    }

    /// <summary>What tells the cluster that the session is over, if it should be told.</summary>
    public ClientSubmit? TakeClosing() =>
        IsOpen && Ended is null && _link.IsConnected ? Control(EntryKind.CloseSession) : null;

    /// <summary>A result of this session; <see cref="OnResultsEnd"/> follows the last one of those that came
    /// together.</summary>
    /// <returns>Whether its caller keeps the memory that it lies in.</returns>
    public bool On(in ResultEntry entry, Durability durability, Instant now)
    {
        if (entry.Error == PaxosError.None && entry.Session != SessionId.None)
        {
            return Resolve(entry.Sequence)?.End(entry.Result, entry.Slot, durability) == true;
        }

        OnOther(entry, now);
        return false;
    }

    /// <summary>What came together is taken.</summary>
    public void OnResultsEnd(Instant now)
    {
        if (_progresses)
        {
            // Anything from the cluster is a sign of life, a result that is known already too.
            _progresses = false;
            _pacer.OnProgress(now);
            _link.OnProgress();
            _flushes.Complete(_ring.First);
        }
    }

    /// <summary>Ends the session: what is pending fails.</summary>
    public void End(PaxosException end)
    {
        if (Ended is not null)
        {
            return;
        }

        _flushes.Complete(_ring.First); // what came with the end, before it, counts
        Volatile.Write(ref _ended, end);
        for (var sequence = _ring.First; sequence < _ring.Next; sequence++)
        {
            _ring[sequence].Waiter?.Fail(end);
        }

        while (!_ring.IsEmpty)
        {
            _ring.Resolve(_ring.First);
        }

        _flushes.Fail(end);
        if (!IsOpen)
        {
            _link.Scheduling.Complete(() => FailOpening(end));
        }
    }

    private void OnOther(in ResultEntry entry, Instant now)
    {
        switch (entry.Error)
        {
            case PaxosError.None:
                OnOpened(entry.Result.Span, now);
                break;
            case PaxosError.ResultTooLarge:
                // R17: it was applied, and what follows it in its session goes on.
                Resolve(entry.Sequence)?.Fail(FailureOf(entry));
                break;
            case PaxosError.SessionGap:
                OnGap(entry.Detail, now);
                break;
            case PaxosError.Busy:
                _link.OnBusy(Encoding.UTF8.GetString(entry.Result.Span));
                OnRefused(entry.Sequence, now);
                break;
            case PaxosError.NotLeader:
                OnRefused(entry.Sequence, now);
                break;
            case PaxosError.Wedged when IsOpen:
                // An earlier copy may have been applied, a later one may yet be: only what was never sent is surely
                // not. It goes again once the group is unwedged; until then signs of life go in its place.
                _link.OnWedged();
                OnRefused(entry.Sequence, now);
                _keepAliveDue = true;
                break;
            case PaxosError.Stopped:
                OnRefused(entry.Sequence, now);
                _link.MoveOn(Encoding.UTF8.GetString(entry.Result.Span));
                break;
            case PaxosError.SessionExpired:
                End(new(
                        PaxosError.SessionExpired,
                        $"session {Id} has expired: what it left unanswered was applied before, or never will be"));
                break;
            case PaxosError.SessionStale when !IsUnresolved(entry.Sequence):
                // R17: a late copy of what was answered and acknowledged long ago.
                break;
            default:
                Fail(entry);
                break;
        }
    }

    private void FailOpening(PaxosException end)
    {
        _opened.SetException(end);

        // Observed, whether or not somebody waits for it.
        _ = _opened.Task.Exception;
    }

    private static PaxosException FailureOf(in ResultEntry entry) => new(
        entry.Error, entry.Result.IsEmpty ? entry.Error.ToString() : Encoding.UTF8.GetString(entry.Result.Span));

    private bool CanSend(Instant now) => Ended is null && _link.IsConnected && !_pacer.Holds(now);

    private ClientSubmit? TakeCommands(Instant now)
    {
        if (!_link.IsWedged
            && _ring.Take(Id, _link.Options.SubmitBytesMax, now, out var count) is { IsEmpty: false } entries)
        {
            return new(_link.Options.Group, entries, count) { WantsTentative = _wantsTentative };
        }

        return _keepAliveDue ? Control(EntryKind.KeepAlive) : null;
    }

    private ClientSubmit? TakeOpening()
    {
        if (!_openingDue)
        {
            return null;
        }

        _openingDue = false;
        var entry = new byte[CommandEntry.HeaderSize + SessionRequest.Size];
        CommandEntry.WriteHeader(entry, EntryKind.OpenSession, SessionId.None, Opening, 0, SessionRequest.Size);
        _request.Write(entry.AsSpan(CommandEntry.HeaderSize));
        return new(_link.Options.Group, entry, 1);
    }

    private ClientSubmit Control(EntryKind kind)
    {
        var entry = new byte[CommandEntry.HeaderSize];
        CommandEntry.WriteHeader(entry, kind, Id, 0, _ring.First - 1, 0);
        return new(_link.Options.Group, entry, 1);
    }

    private void OnOpened(ReadOnlySpan<byte> result, Instant now)
    {
        if (IsOpen || Ended is not null || result.Length != sizeof(long))
        {
            return;
        }

        Id = new(BinaryPrimitives.ReadInt64LittleEndian(result));
        _openingDue = false;
        _pacer.OnProgress(now);
        _link.OnProgress();
        var id = Id;
        _link.Scheduling.Complete(() => _opened.SetResult(id));
    }

    /// <summary>A command is answered.</summary>
    /// <returns>Who waits for it; null when nobody does.</returns>
    private CommandWaiter? Resolve(long sequence)
    {
        _progresses = true;
        if (!IsUnresolved(sequence))
        {
            return null;
        }

        var waiter = _ring[sequence].Waiter;
        _ring.Resolve(sequence);
        return waiter;
    }

    private void OnGap(long from, Instant now)
    {
        // R17: the first command that the cluster misses is unresolved here, or the report is old.
        if (_ring.Contains(from) && _pacer.AcceptGap(from, now))
        {
            _ring.Unsend(from, Instant.Never);
        }
    }

    private void OnRefused(long sequence, Instant now)
    {
        _pacer.OnRefused(now);
        if (IsOpen)
        {
            _ring.Unsend(sequence);
        }
        else
        {
            _openingDue = true;
        }
    }

    private void Fail(in ResultEntry entry)
    {
        var failure = FailureOf(entry);
        if (!IsOpen || _request.Mode == SessionMode.Ordered)
        {
            // R17: nothing behind it can be applied any more.
            End(failure);
        }
        else if (IsUnresolved(entry.Sequence))
        {
            _ring[entry.Sequence].Waiter?.Fail(failure);
            _ring.Resolve(entry.Sequence);
        }
    }

    private void ExpireDeadlines(Instant now)
    {
        // One time-out for all of a session: the deadlines are in the order of the numbers.
        for (_expireFrom = Math.Max(_expireFrom, _ring.First); _expireFrom < _ring.Next; _expireFrom++)
        {
            ref var entry = ref _ring[_expireFrom];
            if (entry.State != CommandState.Resolved && entry.Deadline > now)
            {
                return;
            }

            if (entry.Waiter is { } waiter)
            {
                var reason = TimeoutOf(waiter, now);
                GiveUp(_expireFrom);
                waiter.Fail(reason);
            }
        }
    }

    private void GiveUp(long sequence)
    {
        ref var entry = ref _ring[sequence];
        entry.Waiter = null;
        if (_request.Mode == SessionMode.Ordered)
        {
            // It keeps its place, and the caller may use its memory again.
            entry.Command = entry.Command.ToArray();
        }
        else
        {
            // R17: the next acknowledgement passes it, and then it is never applied.
            _ring.Resolve(sequence);
        }
    }

    private PaxosException TimeoutOf(CommandWaiter waiter, Instant now) => new(
        PaxosError.Timeout,
        $"{_link.Why()}; waited {(now - waiter.Since).TotalSeconds:0.0} s for "
        + (IsOpen ? $"command {waiter.Sequence} of session {Id}" : $"a session for command {waiter.Sequence}"));
}
