using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>What is to be simulated, and how it is told.</summary>
internal sealed record SimulateSettings
{
    /// <summary>How many seeds; null for as many as there is time.</summary>
    public long? Seeds { get; init; }

    public ulong FirstSeed { get; init; }

    public SwarmOptions Swarm { get; init; } = new();

    public int Threads { get; init; } = 1;

    /// <summary>No seed is begun after so long; null for no bound.</summary>
    public TimeSpan? Time { get; init; }

    public bool Minimizes { get; init; }

    public int MinimizerRuns { get; init; }

    /// <summary>Where minimised scripts go, and what a traced run is to leave behind.</summary>
    public string Folder { get; init; } = ".";

    /// <summary>Whether a traced run leaves its traces and its history behind.</summary>
    public bool KeepsRecords { get; init; }

    /// <summary>What runs plans; a trace goes line by line to whoever wants it.</summary>
    public Func<SimulationPlan, Action<string>?, SimulationResult> Simulate { get; init; } =
        (plan, trace) => Simulator.Run(plan, new() { Trace = trace });

    /// <summary>What replays a seed.</summary>
    public string ReplayOf(ulong seed)
    {
        var profile = Swarm.Profile == SwarmProfile.Swarm
            ? string.Empty : $" --profile {Swarm.Profile}".ToLowerInvariant();
        var only = Swarm.Only is { } kinds ? $" --only {string.Join(' ', kinds)}" : string.Empty;
        return $"dotnet run -c Release --project src/PaxosSM.Cli -- simulate --seed {seed} --seconds {Swarm.Seconds}"
            + $"{profile}{only} --trace";
    }
}
