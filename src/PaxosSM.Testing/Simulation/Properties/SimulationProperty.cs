namespace PaxosSM.Testing.Simulation;

/// <summary>Something that must hold in every run. One that does not is named by the run's violation.</summary>
internal abstract class SimulationProperty
{
    /// <summary>Its name, with the invariant where there is one.</summary>
    public abstract string Name { get; }

    /// <summary>Looked at every tenth of a simulated second.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public virtual string? Look(SimulatedRun run) => null;

    /// <summary>Looked at once for each group, when the world was whole for a while and every command has
    /// finished.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public virtual string? LookAtEnd(GroupLoad load) => null;
}
