namespace PaxosSM.Testing.Simulation;

/// <summary>How a run ended.</summary>
/// <param name="Violation">What broke; null when everything held.</param>
/// <param name="EventHash">A digest of everything that happened, in order: equal plans give equal digests.</param>
/// <param name="Counts">What happened how often, by name.</param>
/// <param name="Simulated">How much simulated time went by.</param>
public sealed record SimulationResult(
    Violation? Violation, ulong EventHash, IReadOnlyDictionary<string, long> Counts, TimeSpan Simulated);

/// <summary>A property that did not hold.</summary>
/// <param name="Property">Its name, such as <c>I1 agreement</c>: equal names mean the same kind of failure.</param>
/// <param name="At">When it was seen.</param>
/// <param name="Text">What was expected, what was seen, where.</param>
/// <param name="Tail">The last events before it, for people.</param>
public sealed record Violation(string Property, TimeSpan At, string Text, IReadOnlyList<string> Tail);
