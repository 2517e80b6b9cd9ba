namespace PaxosSM.Runtime;

/// <summary>Runs a node's pump: one thread at a time, the loop's own or one that brings it work.</summary>
/// <remarks>
/// It has a thread of its own, not the pool's: a user's code that starves the pool must not look like a dead node. That
/// one keeps the time, and does what nobody else does; see <see cref="LentThread"/> for the others.
/// </remarks>
public sealed class NodeLoop : ILentWork, IDisposable
{
    // Who lends a thread is not to be kept.
    private const int LentRoundsMax = 2;
    private readonly Func<Instant, LogTime, Instant> _round;
    private readonly Func<bool> _runRound;
    private readonly TimeProvider _clock;
    private readonly Action<Exception> _onCrash;
    private readonly WakeSignal _signal = new();
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile Thread? _runner;
    private readonly Turn _turn = new();
    private long _next;
    private long _sleepsUntil = long.MaxValue;

    /// <summary>A loop that has not started.</summary>
    /// <param name="pump">What it runs.</param>
    /// <param name="clock">The clocks.</param>
    /// <param name="name">The node's name, for debuggers.</param>
    /// <param name="onCrash">Called when the pump threw: a bug; the loop has ended.</param>
    public NodeLoop(NodePump pump, TimeProvider clock, string name, Action<Exception> onCrash)
        : this(pump.Run, clock, name, onCrash) => pump.Woken += Wake;

    /// <summary>The same around any round, which says when the next one is due.</summary>
    internal NodeLoop(
        Func<Instant, LogTime, Instant> round, TimeProvider clock, string name, Action<Exception> onCrash)
    {
        _round = round;
        _runRound = RunRound;
        _clock = clock;
        _onCrash = onCrash;
        _thread = NodeThread.New(Run, $"paxos {name}");
    }

    /// <summary>The moment, by a clock's timestamps.</summary>
    public static Instant Now(TimeProvider clock) =>
        new((long)(clock.GetTimestamp() * (1e6 / clock.TimestampFrequency)));

    /// <summary>The wall clock as a stamp.</summary>
    public static LogTime Wall(TimeProvider clock) =>
        new((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Starts.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends the loop after the round it is in.</summary>
    public void Dispose()
    {
        _stopping = true;
        _signal.Set();
        if (_thread.IsAlive && Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }

        // A lent thread may be in a round, this one too: that is the last.
        if (_runner != Thread.CurrentThread)
        {
            _turn.End();
        }
    }

    /// <inheritdoc/>
    public void RunHere()
    {
        if (!_turn.Run(_runRound, LentRoundsMax) || Volatile.Read(ref _next) < Volatile.Read(ref _sleepsUntil))
        {
            Signal();
        }
    }

    /// <inheritdoc/>
    public void Signal() => _signal.Set();

    /// <summary>There is something to do. Any thread.</summary>
    internal void Wake()
    {
        if (!_turn.TryMark() && !LentThread.TryNote(this))
        {
            Signal();
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            _signal.Take();
            _ = _turn.Run(_runRound);
            Sleep();
        }
    }

    private void Sleep()
    {
        var next = Volatile.Read(ref _next);
        _ = Interlocked.Exchange(ref _sleepsUntil, next);
        var wait = new Instant(next) - Now(_clock);

        // A round elsewhere may want an earlier one: it sees until when this thread sleeps, or is seen here.
        if (wait > TimeSpan.Zero && Volatile.Read(ref _next) >= next)
        {
            _signal.Wait(wait);
        }
        else if (wait <= TimeSpan.Zero && IsRunElsewhere())
        {
            // To look again and again would take the processor from whoever is waited for.
            _signal.Wait(NodePump.TickInterval);
        }

        Volatile.Write(ref _sleepsUntil, long.MinValue);
    }

    // Whether another thread is in a round, and will both run one more and wake this one.
    private bool IsRunElsewhere()
    {
        _ = Interlocked.Exchange(ref _sleepsUntil, long.MaxValue);
        return _turn.TryMark();
    }

    // Returns whether there is more to do at once; after the end, or a crash, there is not.
    private bool RunRound()
    {
        if (_stopping)
        {
            return false;
        }

        _runner = Thread.CurrentThread;
        try
        {
            var now = Now(_clock);
            var next = _round(now, Wall(_clock));
            Volatile.Write(ref _next, next.Microseconds);
            return next <= now;
        }
#pragma warning disable CA1031 // whatever it is: it must not end a thread that was only lent
        catch (Exception crash)
#pragma warning restore CA1031
        {
            var stopping = _stopping;
            _stopping = true;
            if (!stopping)
            {
                _onCrash(crash);
            }

            return false;
        }
        finally
        {
            _runner = null;
        }
    }
}
