namespace PaxosSM.Testing.Simulation;

/// <summary>True time, and what happens when: one thread, one queue, one order.</summary>
/// <remarks>Events of one moment run in the order in which they were planned.</remarks>
internal sealed class World
{
    private const int EventsOfAMomentMax = 1_000_000;
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private int _eventsNow;
    private long _planned;
    private volatile string? _strangers;

    public World(ulong seed) => Random = new(seed);

    /// <summary>True time, in microseconds since the run's start.</summary>
    public long Now { get; private set; }

    /// <summary>All chance of the run.</summary>
    public SeededRandom Random { get; }

    /// <summary>How many events ran.</summary>
    public long Events { get; private set; }

    /// <summary>Why the run can't go on; what a property found, usually.</summary>
    public Violation? Broken { get; private set; }

    public static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public void At(long moment, Action happens)
    {
        // What a thread pool runs, no seed decides.
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _strangers ??= Environment.StackTrace;
            return;
        }

        _events.Enqueue(happens, (Math.Max(moment, Now), _planned++));
    }

    public void After(long micros, Action happens) => At(Now + micros, happens);

    /// <summary>Ends the run: only the first reason counts.</summary>
    public void Break(string property, string text) =>
        Broken ??= new(property, TimeSpan.FromMicroseconds(Now), text, []);

    /// <summary>Lets time go by until <paramref name="moment"/>, or until <paramref name="done"/> says so.</summary>
    /// <returns>Whether it was done in time.</returns>
    public bool RunUntil(long moment, Func<bool>? done = null)
    {
        const int EventsBetweenLooks = 16;
        var looks = 0;
        while (Broken is null && _events.TryPeek(out _, out var next) && next.At <= moment)
        {
            if (done is not null && looks++ % EventsBetweenLooks == 0 && done())
            {
                return true;
            }

            var happens = _events.Dequeue();
            _eventsNow = next.At == Now ? _eventsNow + 1 : 0;
            if (_eventsNow > EventsOfAMomentMax)
            {
                Break("time goes on", $"more than {EventsOfAMomentMax} events at one moment");
            }

            Now = next.At;
            Events++;
            happens();
            if (_strangers is { } where)
            {
                Break("a run is one thread", where);
            }
        }

        if (Broken is null && done?.Invoke() == true)
        {
            return true;
        }

        Now = Math.Max(Now, Broken is null ? moment : Now);
        return false;
    }
}
