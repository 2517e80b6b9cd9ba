namespace PaxosSM.Testing.Simulation;

/// <summary>Makes a plan that fails smaller, as long as it fails in the same way: same property broken.</summary>
/// <remarks>Faults go by delta debugging (Zeller, Hildebrandt: <i>Simplifying and Isolating Failure-Inducing Input</i>,
/// TSE 2002), all else by trying what is simpler, again and again until nothing helps.</remarks>
/// <param name="run">Runs a plan; called from one thread.</param>
/// <param name="options">How hard to try.</param>
public sealed class Minimizer(Func<SimulationPlan, SimulationResult> run, MinimizerOptions options)
{
    private static readonly (string Name, Action<Attempts> Reduce)[] Passes =
    [
        ("faults", FaultPasses.Fewer),
        ("duration", PlanPasses.Shorter),
        ("nodes", PlanPasses.FewerNodes),
        ("settings", PlanPasses.Defaults),
        ("clients", PlanPasses.FewerOperations),
        ("what is left of the faults", FaultPasses.Milder),
    ];

    /// <summary>Reduces a plan.</summary>
    /// <param name="plan">Fails.</param>
    /// <param name="violation">How.</param>
    /// <param name="progress">Told each time that a smaller plan fails too.</param>
    public MinimizedPlan Reduce(
        SimulationPlan plan, Violation violation, Action<MinimizerProgress>? progress = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.RunsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SeedsMax, 1);
        var attempts = new Attempts(plan, violation, run, options);
        SimulationPlan before;
        do
        {
            before = attempts.Best;
            foreach (var (name, reduce) in Passes)
            {
                attempts.Progressed = best => progress?.Invoke(new(attempts.Runs, name, best));
                reduce(attempts);
            }
        }
        while (!ReferenceEquals(before, attempts.Best) && !attempts.IsExhausted);

        return new(attempts.Best, attempts.Violation, attempts.Runs, !attempts.IsExhausted);
    }
}
