namespace PaxosSM.Storage;

/// <summary>No space, or no quota, is left on the device. Nothing is lost: refuse, keep, resume (R1).</summary>
public sealed class DiskFullException : IOException
{
    /// <summary>No path named.</summary>
    public DiskFullException()
        : this("No space is left on the device.")
    {
    }

    /// <summary>Says what did not fit.</summary>
    public DiskFullException(string message)
        : base(message)
    {
    }

    /// <summary>Says what did not fit, and why.</summary>
    public DiskFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
