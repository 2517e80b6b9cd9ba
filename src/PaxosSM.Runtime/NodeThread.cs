namespace PaxosSM.Runtime;

/// <summary>Makes the threads that nodes and clients keep.</summary>
public static class NodeThread
{
    /// <summary>A thread that does not run yet, nor keeps its process. It takes the processor in turns as short as the
    /// system allows, where it does (<see cref="TimeSlice"/>).</summary>
    /// <param name="run">What it does.</param>
    /// <param name="name">Its name, for debuggers.</param>
    public static Thread New(Action run, string name) => new(() =>
    {
        _ = TimeSlice.TryShorten();
        run();
    })
    {
        IsBackground = true,
        Name = name,
    };
}
