using System.Diagnostics;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>A plan to run.</summary>
/// <param name="Name">The seed, or the script's name.</param>
/// <param name="Plan">Decides the run.</param>
internal sealed record SeedTask(string Name, SimulationPlan Plan)
{
    /// <summary>Runs it.</summary>
    public SeedRun Run(SimulateSettings settings, Action<string>? trace = null)
    {
        var began = Stopwatch.GetTimestamp();
        var result = Simulate(Plan, settings, trace);
        return new(this, result, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Runs a plan. What the simulator itself does not survive is a violation too.</summary>
    public static SimulationResult Simulate(
        SimulationPlan plan, SimulateSettings settings, Action<string>? trace = null)
    {
        try
        {
            return settings.Simulate(plan, trace);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var violation = new Violation($"exception {failure.GetType().Name}", TimeSpan.Zero, failure.ToString(), []);
            return new(violation, 0, new SortedDictionary<string, long>(), TimeSpan.Zero);
        }
    }
}

/// <summary>A plan that ran.</summary>
/// <param name="Task">What ran.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Took">The real time.</param>
internal sealed record SeedRun(SeedTask Task, SimulationResult Result, TimeSpan Took);
