namespace PaxosSM.Testing.Linearizability;

/// <summary>Something in a history that must not be.</summary>
/// <param name="Rule">The rule's name: equal names mean the same kind of failure.</param>
/// <param name="Text">What was expected, and what was seen, for people.</param>
/// <param name="Culprits">The operations that cannot be as they are.</param>
public sealed record HistoryViolation(string Rule, string Text, IReadOnlyList<long> Culprits)
{
    /// <summary>The part of the state that it is about; null when there are no parts.</summary>
    public string? Partition { get; init; }

    /// <summary>The longest order that could be found, before the first operation that fits nowhere.</summary>
    public IReadOnlyList<long> Order { get; init; } = [];

    /// <summary>The operations that matter: those of the part, called before it was too late. Empty when only the
    /// culprits matter.</summary>
    public IReadOnlyList<Operation> Operations { get; init; } = [];
}
