namespace PaxosSM.Testing.Simulation;

/// <summary>A process' thread pool, of one thread, and its timers: work goes on while the process lives and does not
/// stand still.</summary>
internal sealed class SimulatedPool : TimeProvider
{
    private readonly Queue<Action> _work = [];
    private readonly SimulatedProcess _process;
    private readonly Actor _thread;

    public SimulatedPool(SimulatedProcess process)
    {
        _process = process;
        _thread = process.NewActor(RunOne);
    }

    public override long TimestampFrequency => _process.Node.Clock.TimestampFrequency;

    /// <summary>Has it run soon, not within the call.</summary>
    public void Post(Action work)
    {
        _work.Enqueue(work);
        _thread.Wake();
    }

    public override long GetTimestamp() => _process.Node.Clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _process.Node.Clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer? timer = null;
        return timer = _process.Node.Clock.CreateTimer(
            _ =>
            {
                if (_process.IsAlive)
                {
                    Post(() => callback(state));
                }
                else
                {
                    timer?.Dispose();
                }
            },
            null,
            dueTime,
            period);
    }

    private void RunOne()
    {
        if (_work.TryDequeue(out var work))
        {
            work();
        }

        if (_work.Count > 0)
        {
            _thread.Wake();
        }
    }
}
