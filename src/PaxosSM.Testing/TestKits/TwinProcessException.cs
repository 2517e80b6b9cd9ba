namespace PaxosSM.Testing.TestKits;

/// <summary>The second process of <see cref="StateMachineProperties"/> can't be used here.</summary>
public sealed class TwinProcessException : Exception
{
    /// <summary>Says nothing.</summary>
    public TwinProcessException()
        : this("unknown")
    {
    }

    /// <summary>Says why.</summary>
    public TwinProcessException(string message)
        : this(message, null)
    {
    }

    /// <summary>Says why, and by which exception.</summary>
    public TwinProcessException(string message, Exception? innerException)
        : base(
            $"the second process failed: {message} "
                + $"({nameof(StateMachinePropertiesOptions.UsesSecondProcess)} = false does without it)",
            innerException)
    {
    }
}
