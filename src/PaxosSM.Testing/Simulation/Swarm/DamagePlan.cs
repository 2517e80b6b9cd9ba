namespace PaxosSM.Testing.Simulation;

/// <summary>Which members a plan may damage for good: so few that nothing chosen is lost and the rest can go
/// on.</summary>
internal sealed class DamagePlan
{
    private DamagePlan(IReadOnlyList<int> damaged, IReadOnlyList<int> doubled) =>
        (Damaged, Doubled) = (damaged, doubled);

    /// <summary>Those whose disks may be wiped, swapped, or have flipped bits.</summary>
    public IReadOnlyList<int> Damaged { get; }

    /// <summary>Those of them that may run twice at a time.</summary>
    public IReadOnlyList<int> Doubled { get; }

    public static DamagePlan Draw(SimulationPlan plan, Dice dice)
    {
        var damaged = FairPlan.LosableAtFirst(plan, dice.Shuffled(plan.Members.Count));
        var doubled = new List<int>();
        foreach (var place in damaged)
        {
            if (FairPlan.MayDouble(plan.Members, [.. doubled, place], plan.Quorums))
            {
                doubled.Add(place);
            }
        }

        return new(damaged, doubled);
    }
}
