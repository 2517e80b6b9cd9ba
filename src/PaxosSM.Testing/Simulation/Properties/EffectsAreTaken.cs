namespace PaxosSM.Testing.Simulation;

/// <summary>What was committed is delivered in the end (R27). That nothing is taken twice, and nothing that was not
/// committed, is seen as it happens.</summary>
internal sealed class EffectsAreTaken : SimulationProperty
{
    public override string Name => "R27 each effect once";

    public override string? LookAtEnd(GroupLoad load) => !load.IsOver && load.Effects.Oldest is { } effect
        ? $"{effect.Token}, for {effect.Destination}, was never taken"
        : null;
}
