namespace PaxosSM.Testing.Simulation;

/// <summary>Tries plans, and keeps the smallest that fails as the first one did.</summary>
internal sealed class Attempts(
    SimulationPlan plan, Violation violation, Func<SimulationPlan, SimulationResult> run, MinimizerOptions options)
{
    // Passes come back to the same idea again and again; what a plan does is known once it ran.
    private readonly HashSet<string> _tried = [SimulationScript.Write(plan)];
    private readonly bool _isFair = FairPlan.Problem(plan) is null;

    /// <summary>The smallest plan yet.</summary>
    public SimulationPlan Best { get; private set; } = plan;

    /// <summary>How it fails.</summary>
    public Violation Violation { get; private set; } = violation;

    /// <summary>How many runs were used.</summary>
    public int Runs { get; private set; }

    /// <summary>No run is left: every further attempt fails.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Told of each better plan.</summary>
    public Action<SimulationPlan>? Progressed { get; set; }

    /// <summary>Whether a plan fails in the same way, with its own seed or another: it is the best one then.</summary>
    public bool Try(SimulationPlan candidate)
    {
        // Whatever fails an unfair plan may be another thing than what failed a fair one.
        if ((_isFair && FairPlan.Problem(candidate) is not null) || !_tried.Add(SimulationScript.Write(candidate)))
        {
            return false;
        }

        var seeds = new SeededRandom(candidate.Seed);
        for (var attempt = 0; attempt < options.SeedsMax; attempt++)
        {
            var seeded = attempt == 0 ? candidate : candidate with { Seed = seeds.Next() };
            if (FailsAlike(seeded))
            {
                Best = seeded;
                Progressed?.Invoke(seeded);
                return true;
            }
        }

        return false;
    }

    private bool FailsAlike(SimulationPlan candidate)
    {
        if (Runs >= options.RunsMax)
        {
            IsExhausted = true;
            return false;
        }

        Runs++;
        if (run(candidate).Violation is not { } found || found.Property != Violation.Property)
        {
            return false;
        }

        Violation = found;
        return true;
    }
}
