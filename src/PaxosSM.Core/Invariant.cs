using System.Runtime.CompilerServices;

namespace PaxosSM;

/// <summary>Checks that stay on in release builds: a replica that is wrong must stop, not go on.</summary>
public static class Invariant
{
    /// <summary>Stops the replica unless <paramref name="condition"/> holds.</summary>
    public static void Holds(bool condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition)
        {
            throw new InvariantViolationException(text);
        }
    }
}

/// <summary>The replica's own state contradicts the protocol. It is a bug, never an operating error.</summary>
public sealed class InvariantViolationException : Exception
{
    /// <summary>No condition named.</summary>
    public InvariantViolationException()
        : this("unknown")
    {
    }

    /// <summary>Names the condition.</summary>
    public InvariantViolationException(string condition)
        : base($"Invariant violated: {condition}")
    {
    }

    /// <summary>Names the condition and what broke it.</summary>
    public InvariantViolationException(string condition, Exception innerException)
        : base($"Invariant violated: {condition}", innerException)
    {
    }
}
