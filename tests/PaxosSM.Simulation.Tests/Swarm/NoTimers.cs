namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>For commands that set no timers.</summary>
internal sealed class NoTimers : ITimers
{
    public void Set(long id, LogTime due) => throw new NotSupportedException("no timer is expected");

    public void Cancel(long id) => throw new NotSupportedException("no timer is expected");
}
