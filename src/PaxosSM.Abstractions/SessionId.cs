namespace PaxosSM;

/// <summary>A client's session, opened through the log (rule R17); numbers are never used again.</summary>
/// <param name="Value">The number; 0 is "no session".</param>
public readonly record struct SessionId(long Value)
{
    /// <summary>No session: a command of the framework itself, or a timer.</summary>
    public static SessionId None => default;

    /// <inheritdoc/>
    public override string ToString() => $"c{Value}";
}
