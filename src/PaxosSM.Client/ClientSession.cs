using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>
/// One session of a client (R17): numbers commands, keeps them until they are answered, sends them as often as needed.
/// </summary>
/// <remarks>
/// Safe for use by many threads. Commands that arrive while a send is in progress leave together in the next; a lone
/// one leaves at once, on its caller's thread where that waits for the answer (<see cref="CallerSends"/>).
/// Continuations of callers never run on the thread that brings the results.
/// </remarks>
internal sealed class ClientSession : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly ClientLink _link;
    private readonly SessionState _state;
    private readonly TentativeQueue _tentative;
    private readonly CallerSends _callers = new();
    private bool _sending;

    public ClientSession(ClientLink link, SessionMode mode, int window)
    {
        _link = link;
        _state = new(link, mode, window);
        _tentative = new(link.Scheduling);
    }

    /// <summary>The number under which the opening is answered.</summary>
    public long Opening => _state.Opening;

    /// <summary>The session's number, once it is open.</summary>
    public Task<SessionId> Opened => _state.Opened;

    public SessionId Id
    {
        get
        {
            lock (_gate)
            {
                return _state.Id;
            }
        }
    }

    /// <summary>Whether it has ended; never false again.</summary>
    public bool IsEnded => _state.Ended is not null;

    /// <summary>Takes a command.</summary>
    /// <param name="call">The command, and where its result goes.</param>
    /// <param name="token">Ends the wait.</param>
    /// <param name="refusal">Why it was not taken; null when it was.</param>
    /// <returns>Whose task is the command's; null when it was not taken: by a session that has ended
    /// (<see cref="IsEnded"/>) nothing ever is.</returns>
    public CommandWaiter? TryExecute(in CommandCall call, CancellationToken token, out PaxosException? refusal)
    {
        CommandWaiter? waiter;
        bool start;
        bool carries;
        long sequence;
        lock (_gate)
        {
            refusal = _state.Ended;
            if (refusal is not null)
            {
                return null;
            }

            var alone = _state.IsIdle;
            waiter = _state.Add(call, this, out refusal);
            if (waiter is null)
            {
                return null;
            }

            sequence = waiter.Sequence;
            start = TryStart();
            carries = start && alone && !_link.IsCompleting && _callers.Allows(Environment.CurrentManagedThreadId);
        }

        if (carries)
        {
            Carry(sequence);
        }
        else
        {
            Start(start);
        }

        if (token.CanBeCanceled)
        {
            waiter.Register(token);
        }

        return waiter;
    }

    /// <summary>Opens the session, without a command.</summary>
    public void Open()
    {
        bool start;
        lock (_gate)
        {
            start = TryStart();
        }

        Start(start);
    }

    /// <summary>Completes when every command so far is resolved.</summary>
    public Task FlushAsync(CancellationToken token)
    {
        Task flushed;
        lock (_gate)
        {
            if (_state.Ended is { } end)
            {
                return Task.FromException(end);
            }

            flushed = _state.Flush();
        }

        return token.CanBeCanceled ? flushed.WaitAsync(token) : flushed;
    }

    /// <summary>The results of this session at the start of <paramref name="results"/>; moves past them.</summary>
    /// <returns>Whether somebody keeps parts of that memory.</returns>
    public bool OnResults(ref ReadOnlyMemory<byte> results, Durability durability, SessionId session)
    {
        var start = false;
        var isKept = false;
        _link.BeginEnds();
        try
        {
            lock (_gate)
            {
                var rest = results;
                var now = _link.Now;
                while (ResultEntry.TryRead(ref rest, out var entry) && entry.Session == session)
                {
                    isKept |= _state.On(entry, durability, now);
                    results = rest;
                    if (session == SessionId.None)
                    {
                        // The next opening is another session's.
                        break;
                    }
                }

                _state.OnResultsEnd(now);
                start = TryStart();
            }
        }
        finally
        {
            _link.EndEnds(start ? this : null);
        }

        return isKept;
    }

    /// <summary>One result of this session.</summary>
    public void OnResult(in ResultEntry entry, Durability durability)
    {
        bool start;
        lock (_gate)
        {
            var now = _link.Now;
            _state.On(entry, durability, now);
            _state.OnResultsEnd(now);
            start = TryStart();
        }

        Start(start);
    }

    /// <summary>A result told ahead of choice (R18).</summary>
    public void OnTentative(in ResultEntry entry)
    {
        lock (_gate)
        {
            if (_state.WhoWantsTentative(entry.Sequence) is { } told)
            {
                _tentative.Add(told, new(entry.Result, entry.Slot));
            }
        }
    }

    /// <summary>A connection, or a leader, is new: everything unanswered goes again, in order.</summary>
    public void ResendAll()
    {
        bool start;
        lock (_gate)
        {
            _state.ResendAll();
            start = TryStart();
        }

        Start(start);
    }

    /// <summary>The cluster refused some commands for now, perhaps these: they go again after a pause.</summary>
    public void OnBusy()
    {
        lock (_gate)
        {
            _state.OnBusy();
        }
    }

    /// <summary>Time went by.</summary>
    /// <returns>True when something waits for longer than it should.</returns>
    public bool OnTick(Instant now)
    {
        bool stalled;
        bool start;
        lock (_gate)
        {
            if (_state.Ended is not null)
            {
                return false;
            }

            stalled = _state.OnTick(now);
            start = TryStart();
        }

        Start(start);
        return stalled;
    }

    /// <summary>The caller of a command waits no more.</summary>
    public void Cancel(CommandWaiter waiter, CancellationToken token)
    {
        lock (_gate)
        {
            _state.Cancel(waiter, token);
        }
    }

    /// <summary>Ends the session: what is pending fails.</summary>
    /// <returns>What tells the cluster, if it should be told.</returns>
    public ClientSubmit? Close()
    {
        lock (_gate)
        {
            var closing = _state.TakeClosing();
            _state.End(
                new(PaxosError.Stopped, "the client was closed; what was unanswered then may have been applied"));
            return closing;
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAsync();

    /// <summary>Claims the right to send, if there is something to send.</summary>
    private bool TryStart()
    {
        if (_sending || !_state.IsSendDue)
        {
            return false;
        }

        _sending = true;
        return true;
    }

    private void Carry(long sequence)
    {
        _ = SendAsync();
        lock (_gate)
        {
            _callers.OnSent(Environment.CurrentManagedThreadId, !_state.IsUnresolved(sequence));
        }
    }

    private void Start(bool start)
    {
        if (start)
        {
            // With commands in flight a hop costs no latency that counts, and lets those that come meanwhile join.
            _link.Run(this);
        }
    }

    private async Task SendAsync()
    {
        while (TakeFrame() is { } frame)
        {
            try
            {
                if (!await _link.SendAsync(frame).ConfigureAwait(false))
                {
                    OnLost();
                }
            }
            catch
            {
                // A channel that throws has a bug; the session must be able to send again all the same.
                OnLost();
                lock (_gate)
                {
                    _sending = false;
                }

                throw;
            }
        }
    }

    private ClientSubmit? TakeFrame()
    {
        lock (_gate)
        {
            var frame = _state.TakeFrame();
            _sending = frame is not null;
            return frame;
        }
    }

    private void OnLost()
    {
        lock (_gate)
        {
            _state.OnLost();
        }
    }
}
