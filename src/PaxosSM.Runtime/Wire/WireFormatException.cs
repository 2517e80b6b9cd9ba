namespace PaxosSM.Runtime.Wire;

/// <summary>What arrived is not the format. Whoever runs a connection catches it, in one place, and closes the
/// connection.</summary>
public sealed class WireFormatException : Exception
{
    /// <summary>No reason given.</summary>
    public WireFormatException()
        : this("malformed")
    {
    }

    /// <summary>Says what is wrong.</summary>
    public WireFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, and what found it.</summary>
    public WireFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
