namespace PaxosSM.RedisKv.CommandLine;

/// <summary>What the user asked for cannot be done; the message says what and how to put it right.</summary>
internal sealed class CommandLineException : Exception
{
    /// <summary>An error without a text.</summary>
    public CommandLineException()
    {
    }

    /// <summary>An error for the user.</summary>
    public CommandLineException(string message)
        : base(message)
    {
    }

    /// <summary>An error for the user, with its cause.</summary>
    public CommandLineException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
