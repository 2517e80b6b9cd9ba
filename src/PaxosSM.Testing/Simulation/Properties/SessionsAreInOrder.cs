namespace PaxosSM.Testing.Simulation;

/// <summary>The commands of an ordered session were applied in its order, without a gap (R17).</summary>
internal sealed class SessionsAreInOrder : SimulationProperty
{
    public override string Name => "I9 exactly once, in session order";

    public override string? LookAtEnd(GroupLoad load) =>
        load.Sessions.Select(load.Witness.CheckOrder).FirstOrDefault(
            wrong => wrong is not null);
}
