namespace PaxosSM.Hosting;

/// <summary>The configuration is wrong; the message says where and what would be right.</summary>
public sealed class PaxosConfigurationException : Exception
{
    /// <summary>Nothing said.</summary>
    public PaxosConfigurationException()
        : this("the configuration is wrong")
    {
    }

    /// <summary>Says what is wrong.</summary>
    public PaxosConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, and how that was found.</summary>
    public PaxosConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
