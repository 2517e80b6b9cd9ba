namespace PaxosSM.Runtime;

/// <summary>The thread of a node's pump.</summary>
/// <remarks>A thread of its own, not the pool's: a user's code that starves the pool must not look like a dead
/// node.</remarks>
public sealed class NodeLoop : IDisposable
{
    private readonly NodePump _pump;
    private readonly TimeProvider _clock;
    private readonly Action<Exception> _onCrash;
    private readonly WakeSignal _signal = new();
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <summary>A loop that has not started.</summary>
    /// <param name="pump">What it runs.</param>
    /// <param name="clock">The clocks.</param>
    /// <param name="name">The node's name, for debuggers.</param>
    /// <param name="onCrash">Called on the thread when the pump threw: a bug; the loop has ended.</param>
    public NodeLoop(NodePump pump, TimeProvider clock, string name, Action<Exception> onCrash)
    {
        _pump = pump;
        _clock = clock;
        _onCrash = onCrash;
        _thread = new(Run) { IsBackground = true, Name = $"paxos {name}" };
        pump.Woken += _signal.Set;
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

        _pump.Woken -= _signal.Set;
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                _signal.Take();
                var now = Now(_clock);
                var wait = _pump.Run(now, Wall(_clock)) - Now(_clock);
                if (wait > TimeSpan.Zero)
                {
                    _signal.Wait(wait);
                }
            }
        }
        catch (Exception crash) when (!_stopping)
        {
            _onCrash(crash);
        }
    }
}
