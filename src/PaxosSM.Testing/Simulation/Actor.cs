namespace PaxosSM.Testing.Simulation;

/// <summary>What would be a thread of a process: it sleeps until it is woken or its time comes, then does a
/// step.</summary>
/// <remarks>Between waking and running goes a while that chance decides, as a scheduler does; a process that stands
/// still runs nothing, and one that died runs nothing any more.</remarks>
internal sealed class Actor(SimulatedProcess process, Func<long> delay, Action step)
{
    private readonly World _world = process.World;
    private readonly Queue<Action> _turns = [];
    private bool _woken;
    private long _due = -1;
    private long _alarm = -1;

    public void Wake()
    {
        if (!_woken && process.IsAlive)
        {
            _woken = true;
            RunWokenAt(_world.Now + delay());
        }
    }

    /// <summary>What made it slow is over: if it was woken, it runs within so many microseconds.</summary>
    public void Hasten(long within)
    {
        if (_due > _world.Now + within)
        {
            RunWokenAt(_world.Now + within);
        }
    }

    /// <summary>Wakes it at a moment, unless it is to wake before.</summary>
    public void WakeAt(long moment)
    {
        if (_alarm >= 0 && _alarm <= moment)
        {
            return;
        }

        _alarm = moment;
        _world.At(moment, () => RunAlarm(moment));
    }

    private void RunWokenAt(long moment)
    {
        _due = moment;
        _world.At(moment, () => RunWoken(moment));
    }

    private void RunWoken(long moment)
    {
        // Hastened, it has run, or is to run, at an earlier moment.
        if (_due == moment && !MustWait(() => RunWoken(moment)))
        {
            _due = -1;
            process.Processor.Work(_turns, RunWokenNow);
        }
    }

    private void RunWokenNow()
    {
        _woken = false;
        Run();
    }

    private void RunAlarm(long moment)
    {
        // An earlier alarm took this one's place.
        if (_alarm != moment || MustWait(() => RunAlarm(moment)))
        {
            return;
        }

        _alarm = -1;
        process.Processor.Work(_turns, Run);
    }

    private bool MustWait(Action again)
    {
        if (process.IsAlive && process.Node.PausedUntil > _world.Now)
        {
            _world.At(process.Node.PausedUntil, again);
            return true;
        }

        return false;
    }

    private void Run()
    {
        if (process.IsAlive)
        {
            process.Guard(step);
        }
    }
}
