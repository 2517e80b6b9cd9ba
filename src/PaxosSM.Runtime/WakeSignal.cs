namespace PaxosSM.Runtime;

/// <summary>Wakes one sleeping thread: any number of signals before it looks are one.</summary>
/// <remarks>It never spins: on shared cores, the work that is waited for needs the processor more than the one who
/// waits.</remarks>
public sealed class WakeSignal
{
    private const int Unset = 0;
    private const int Signalled = 1;
    private const int Asleep = 2;
    private readonly object _gate = new();
    private readonly Futex? _futex = Futex.IsSupported ? new() : null;
    private int _state;

    private ref int State => ref _futex is null ? ref _state : ref _futex.Word;

    /// <summary>Whether there is a signal that nobody took.</summary>
    public bool IsSet => Volatile.Read(ref State) == Signalled;

    /// <summary>Wakes the sleeper, now or at its next <see cref="Wait"/>. Any thread; whatever was written before is
    /// seen by the woken.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref State, Signalled) != Asleep)
        {
            return;
        }

        if (_futex is not null)
        {
            _futex.Wake();
            return;
        }

        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes the signal, before looking for work: a later one is about later work.</summary>
    public void Take() => _ = Interlocked.Exchange(ref State, Unset);

    /// <summary>Sleeps until there is a signal, or the time is over. May return before: the sleeper looks again.
    /// </summary>
    public void Wait(TimeSpan time)
    {
        if (_futex is not null)
        {
            if (Interlocked.CompareExchange(ref State, Asleep, Unset) == Unset)
            {
                _futex.Wait(Asleep, time);
                _ = Interlocked.CompareExchange(ref State, Unset, Asleep);
            }

            return;
        }

        WaitByMonitor(time);
    }

    private void WaitByMonitor(TimeSpan time)
    {
        // The wait counts whole milliseconds, and cuts: without rounding up, the last one would be spun through.
        var milliseconds = (int)Math.Min(int.MaxValue, Math.Ceiling(time.TotalMilliseconds));
        lock (_gate)
        {
            if (Interlocked.CompareExchange(ref State, Asleep, Unset) == Unset)
            {
                _ = Monitor.Wait(_gate, milliseconds);
                _ = Interlocked.CompareExchange(ref State, Unset, Asleep);
            }
        }
    }
}
