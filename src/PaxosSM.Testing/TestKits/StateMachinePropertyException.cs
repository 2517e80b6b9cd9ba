namespace PaxosSM.Testing.TestKits;

/// <summary>A machine breaks its contract. The message is the shortest counterexample that was found.</summary>
public sealed class StateMachinePropertyException : Exception
{
    /// <summary>Says nothing.</summary>
    public StateMachinePropertyException()
        : this("unknown")
    {
    }

    /// <summary>Says what broke.</summary>
    public StateMachinePropertyException(string message)
        : base(message)
    {
    }

    /// <summary>Says what broke, and by which exception of the machine.</summary>
    public StateMachinePropertyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal StateMachinePropertyException(string message, string property, int steps, Exception? innerException)
        : base(message, innerException)
    {
        Property = property;
        Steps = steps;
    }

    /// <summary>Which property.</summary>
    public string Property { get; } = "unknown";

    /// <summary>How many steps the counterexample has; for a whole cluster, how many faults.</summary>
    public int Steps { get; }
}
