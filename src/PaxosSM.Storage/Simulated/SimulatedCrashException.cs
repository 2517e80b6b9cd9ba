namespace PaxosSM.Storage.Simulated;

/// <summary>The simulated process died at this very call.</summary>
public sealed class SimulatedCrashException : Exception
{
    /// <summary>At no named call.</summary>
    public SimulatedCrashException()
        : this("The simulated process died.")
    {
    }

    /// <summary>Names the call.</summary>
    public SimulatedCrashException(string message)
        : base(message)
    {
    }

    /// <summary>Names the call and the cause.</summary>
    public SimulatedCrashException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
