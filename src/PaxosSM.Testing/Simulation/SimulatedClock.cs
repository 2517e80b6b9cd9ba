namespace PaxosSM.Testing.Simulation;

/// <summary>The clocks of one machine: they drift from true time, and the wall clock may jump.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly World _world;
    private readonly long _offset;
    private readonly double _rate;
    private TimeSpan _skew;

    /// <summary>A machine's clocks.</summary>
    /// <param name="world">True time.</param>
    /// <param name="driftPpm">How much faster than true time they run, in parts of a million.</param>
    /// <param name="offset">Where the monotonic clock stands at the start, in microseconds.</param>
    /// <param name="skew">How far the wall clock is off at the start.</param>
    public SimulatedClock(World world, int driftPpm, long offset, TimeSpan skew)
    {
        _world = world;
        _rate = 1 + (driftPpm / 1e6);
        _offset = offset;
        _skew = skew;
    }

    public override long TimestampFrequency => 1_000_000;

    public Instant Now => new(GetTimestamp());

    public override long GetTimestamp() => Shown(_world.Now);

    public override DateTimeOffset GetUtcNow() => Epoch + TimeSpan.FromMicroseconds(GetTimestamp() - _offset) + _skew;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new SimulatedTimer(_world, () => callback(state), dueTime, period);

    /// <summary>The wall clock jumps.</summary>
    public void Jump(TimeSpan by) => _skew += by;

    /// <summary>When, in true time, this clock will show a moment.</summary>
    public long TrueTimeOf(Instant moment)
    {
        var time = (long)Math.Ceiling((moment.Microseconds - _offset) / _rate);

        // Rounded down on the way back, the clock would show the moment before, for ever.
        return Shown(time) < moment.Microseconds ? time + 1 : time;
    }

    private long Shown(long time) => _offset + (long)(time * _rate);

    /// <summary>A timer on true time: clients' clocks don't drift.</summary>
    private sealed class SimulatedTimer : ITimer
    {
        private readonly World _world;
        private readonly Action _callback;
        private long _period;
        private int _version;

        public SimulatedTimer(World world, Action callback, TimeSpan dueTime, TimeSpan period)
        {
            _world = world;
            _callback = callback;
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _version++;
            _period = period == Timeout.InfiniteTimeSpan ? 0 : World.Micros(period);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Plan(World.Micros(dueTime), _version);
            }

            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Plan(long micros, int version) => _world.After(micros, () =>
        {
            if (version != _version)
            {
                return;
            }

            if (_period > 0)
            {
                Plan(_period, version);
            }

            _callback();
        });
    }
}
