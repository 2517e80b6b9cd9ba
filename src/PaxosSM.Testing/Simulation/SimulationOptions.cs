using PaxosSM.Runtime.Tracing;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.Simulation;

/// <summary>What a run runs, and who listens; none of it changes what happens in a run of the same workload.</summary>
public sealed record SimulationOptions
{
    /// <summary>The machine and what clients ask of it; a key-value store by default. A new one for each run.</summary>
    public Func<IWorkload> Workload { get; init; } = () => new KeyValueWorkload();

    /// <summary>Takes a line for each event; null when nobody listens, which is faster.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Takes each event of the protocol, as a process' trace has it; null when nobody listens.</summary>
    public Action<TraceEvent>? Events { get; init; }

    /// <summary>Takes what the clients saw, at the end, with the model that judges it and what it broke; null when
    /// nobody listens.</summary>
    public Action<History, IModel, HistoryViolation?>? Histories { get; init; }

    /// <summary>Whether the clients' history is judged after the run: it takes time with long runs.</summary>
    public bool ChecksHistory { get; init; } = true;
}
