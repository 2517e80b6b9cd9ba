using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Scripts;

/// <summary>Compares plans by what they say: records compare lists by reference.</summary>
internal static class PlanComparison
{
    public static bool Same(SimulationPlan one, SimulationPlan other)
    {
        var plain = one with
        {
            Members = other.Members,
            Regions = other.Regions,
            Distances = other.Distances,
            Faults = other.Faults,
        };
        return plain == other
            && one.Members.SequenceEqual(other.Members)
            && one.Regions.SequenceEqual(other.Regions)
            && one.Distances.SequenceEqual(other.Distances)
            && one.Faults.Count == other.Faults.Count
            && one.Faults.Zip(other.Faults).All(pair => Same(pair.First, pair.Second));
    }

    private static bool Same(Fault one, Fault other) => (one, other) switch
    {
        (Cut first, Cut second) =>
            first.Links.SequenceEqual(second.Links) && first with { Links = second.Links } == second,
        (Reconfigure first, Reconfigure second) =>
            first.Members.SequenceEqual(second.Members) && first with { Members = second.Members } == second,
        (Force first, Force second) =>
            first.Survivors.SequenceEqual(second.Survivors) && first with { Survivors = second.Survivors } == second,
        _ => one == other,
    };
}
