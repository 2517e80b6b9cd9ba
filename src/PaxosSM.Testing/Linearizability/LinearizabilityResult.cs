namespace PaxosSM.Testing.Linearizability;

/// <summary>What came of looking for an order.</summary>
public enum Verdict
{
    /// <summary>There is one.</summary>
    Ok = 0,

    /// <summary>There is none.</summary>
    Violation = 1,

    /// <summary>The search was given up after the steps it was allowed.</summary>
    Undecided = 2,
}

/// <summary>What came of a check for linearizability.</summary>
/// <param name="Verdict">The outcome.</param>
/// <param name="Violation">What is wrong; null unless the verdict is <see cref="Verdict.Violation"/>.</param>
/// <param name="Steps">How many operations the search tried to place.</param>
public sealed record LinearizabilityResult(Verdict Verdict, HistoryViolation? Violation, long Steps);
