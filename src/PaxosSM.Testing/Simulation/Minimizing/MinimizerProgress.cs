namespace PaxosSM.Testing.Simulation;

/// <summary>How far a minimizer is.</summary>
/// <param name="Runs">How many runs it has used.</param>
/// <param name="Pass">What it tries to make smaller.</param>
/// <param name="Plan">The smallest plan yet.</param>
public sealed record MinimizerProgress(int Runs, string Pass, SimulationPlan Plan);
