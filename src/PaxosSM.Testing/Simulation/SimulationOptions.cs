namespace PaxosSM.Testing.Simulation;

/// <summary>What a run runs, and who listens; none of it changes what happens in a run of the same workload.</summary>
public sealed record SimulationOptions
{
    /// <summary>The machine and what clients ask of it; a key-value store by default. A new one for each run.</summary>
    public Func<IWorkload> Workload { get; init; } = () => new KeyValueWorkload();

    /// <summary>Takes a line for each event; null when nobody listens, which is faster.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Whether the clients' history is judged after the run: it takes time with long runs.</summary>
    public bool ChecksHistory { get; init; } = true;
}
