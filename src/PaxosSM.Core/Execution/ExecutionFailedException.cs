namespace PaxosSM.Execution;

/// <summary>The machine threw. The replica stops there: going on could make replicas differ.</summary>
public sealed class ExecutionFailedException : Exception
{
    /// <summary>Nothing named.</summary>
    public ExecutionFailedException()
        : this("unknown")
    {
    }

    /// <summary>Says what happened.</summary>
    public ExecutionFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Says what happened, and why.</summary>
    public ExecutionFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Names the place: the slot, and what of it was being done.</summary>
    public ExecutionFailedException(Slot slot, string what, Exception innerException)
        : base(
            $"the state machine threw {innerException.GetType().Name} at slot {slot}, {what}: {innerException.Message}",
            innerException) =>
        Slot = slot;

    /// <summary>The slot.</summary>
    public Slot Slot { get; }
}
