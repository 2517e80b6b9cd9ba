namespace PaxosSM.Runtime.Tracing;

/// <summary>A line is no event of a trace; the message says what was expected and what is there.</summary>
public sealed class TraceFormatException : Exception
{
    /// <summary>An exception without a message.</summary>
    public TraceFormatException()
    {
    }

    /// <summary>Says what is wrong.</summary>
    public TraceFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, and why.</summary>
    public TraceFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
