namespace PaxosSM.Benchmarks;

/// <summary>One of the things compared.</summary>
/// <param name="Name">A letter.</param>
/// <param name="Meaning">In words.</param>
/// <param name="Load">What is measured.</param>
internal sealed record Variant(string Name, string Meaning, StreamLoad Load);
