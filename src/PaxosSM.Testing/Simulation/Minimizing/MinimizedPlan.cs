namespace PaxosSM.Testing.Simulation;

/// <summary>What a minimizer came to.</summary>
/// <param name="Plan">The smallest plan found that fails in the same way.</param>
/// <param name="Violation">How it fails.</param>
/// <param name="Runs">How many runs it took.</param>
/// <param name="IsMinimal">Whether nothing more could be taken away, one thing at a time; otherwise the runs were used
/// up.</param>
public sealed record MinimizedPlan(SimulationPlan Plan, Violation Violation, int Runs, bool IsMinimal);
