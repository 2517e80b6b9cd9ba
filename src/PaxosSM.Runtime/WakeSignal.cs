namespace PaxosSM.Runtime;

/// <summary>Wakes one sleeping thread: any number of signals before it looks are one.</summary>
/// <remarks>It never spins: on shared cores, the work that is waited for needs the processor more than the one who
/// waits.</remarks>
internal sealed class WakeSignal
{
    private readonly object _gate = new();
    private int _set;

    /// <summary>Wakes the sleeper, now or at its next <see cref="Wait"/>. Any thread; whatever was written before is
    /// seen by the woken.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) != 0)
        {
            return;
        }

        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes the signal, before looking for work: a later one is about later work.</summary>
    public void Take() => _ = Interlocked.Exchange(ref _set, 0);

    /// <summary>Sleeps until there is a signal, or the time is over.</summary>
    public void Wait(TimeSpan time)
    {
        // The wait counts whole milliseconds, and cuts: without rounding up, the last one would be spun through.
        var milliseconds = (int)Math.Min(int.MaxValue, Math.Ceiling(time.TotalMilliseconds));
        lock (_gate)
        {
            if (Volatile.Read(ref _set) == 0)
            {
                _ = Monitor.Wait(_gate, milliseconds);
            }
        }
    }
}
