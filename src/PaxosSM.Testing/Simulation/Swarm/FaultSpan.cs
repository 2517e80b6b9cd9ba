namespace PaxosSM.Testing.Simulation;

/// <summary>How long faults last.</summary>
public static class FaultSpan
{
    /// <summary>When a fault is over: what it took away is back.</summary>
    public static TimeSpan End(Fault fault) => fault.At + fault switch
    {
        Crash crash => crash.Down,
        FailedFlush failed => failed.Down,
        LyingDigest lying => lying.Down,
        OldStore old => old.After + old.Down,
        FlippedBits flipped => flipped.Down,
        WipedDisk wiped => wiped.Down,
        ClonedDisk cloned => cloned.Down,
        Pause pause => pause.For,
        Cut cut => cut.For,
        SlowDisk slow => slow.For,
        SlowNode slow => slow.For,
        FullDisk full => full.For,
        ClonedIdentity doubled => doubled.For,
        Drain drain => drain.For,
        Wedge wedge => wedge.For,
        Force force => force.Down,
        _ => TimeSpan.Zero,
    };
}
