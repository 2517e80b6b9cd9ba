namespace PaxosSM.Storage;

/// <summary>The log lost records of which it can't even say what they were: this storage identity is dead (R13,
/// R24).</summary>
/// <remarks>A node that went on could break promises and votes it no longer knows of.</remarks>
public sealed class LogDamagedException : IOException
{
    /// <summary>No place named.</summary>
    public LogDamagedException()
        : this("unknown", 0, "damaged")
    {
    }

    /// <summary>A message of the caller's.</summary>
    public LogDamagedException(string message)
        : base(message) => File = "unknown";

    /// <summary>A message of the caller's, and the cause.</summary>
    public LogDamagedException(string message, Exception innerException)
        : base(message, innerException) => File = "unknown";

    /// <summary>Names the place and what is wrong there.</summary>
    public LogDamagedException(string file, long offset, string what)
        : base($"The log is damaged beyond repair: {file} at offset {offset}: {what}. Acknowledged votes or promises "
            + "may be lost, so this storage identity is dead (R13): keep the folder for inspection, and bring the "
            + "machine back with an empty data folder, as a new member.")
    {
        File = file;
        Offset = offset;
    }

    /// <summary>The damaged file.</summary>
    public string File { get; }

    /// <summary>Where in it, in bytes.</summary>
    public long Offset { get; }
}
