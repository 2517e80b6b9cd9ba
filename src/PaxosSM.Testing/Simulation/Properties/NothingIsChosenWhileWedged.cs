namespace PaxosSM.Testing.Simulation;

/// <summary>In a wedged epoch no command is chosen and no session opened.</summary>
internal sealed class NothingIsChosenWhileWedged : SimulationProperty
{
    public override string Name => "a wedged group takes no commands";

    public override string? Look(SimulatedRun run) => run.Cluster.Wedges.Find();

    public override string? LookAtEnd(GroupLoad load) => load.Run.Cluster.Wedges.Find();
}
