namespace PaxosSM.Storage;

/// <summary>A data folder can't be used; the message says why, and what to do.</summary>
public sealed class DataDirectoryException : IOException
{
    /// <summary>No reason named.</summary>
    public DataDirectoryException()
        : this("The data folder can't be used.")
    {
    }

    /// <summary>Says why.</summary>
    public DataDirectoryException(string message)
        : base(message)
    {
    }

    /// <summary>Says why, and names the cause.</summary>
    public DataDirectoryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
