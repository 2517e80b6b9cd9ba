namespace PaxosSM.Testing.Simulation;

/// <summary>A quorum that is lost for ever, and survivors that go on in a fork of their own: in one plan of
/// twelve.</summary>
internal static class SwarmForces
{
    /// <summary>Draws of its own: what else a seed means is as it would be without.</summary>
    public const ulong Stream = 0x666F_7263_6573_2121;

    /// <param name="plan">The plan without; what it damages, and its groups, go where a quorum is lost.</param>
    /// <param name="options">Whether there may be one.</param>
    /// <param name="dice">Decides.</param>
    public static SimulationPlan Draw(SimulationPlan plan, SwarmOptions options, Dice dice)
    {
        var may = plan.Faults.Count > 0 && dice.OneIn(6);
        var down = dice.Spread(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2));
        var until = plan.Duration - (plan.Duration / 4) - down;
        if (!(options.Only?.Contains(FaultKind.Of<Force>()) ?? may)
            || until < FairPlan.GenesisMax || plan.Members.Count < 2)
        {
            return plan;
        }

        var few = Math.Max(1, (plan.Members.Count - 1) / 2);
        var count = dice.Between(1, dice.OneIn(8) ? plan.Members.Count - 1 : few);
        int[] survivors = [.. dice.Shuffled(plan.Members.Count).Take(count).Order()];
        Force force = new(dice.Between(FairPlan.GenesisMax, until), survivors, down, dice.Any());
        var drawn = plan with
        {
            Faults =
            [
                .. plan.Faults.Where(fault => fault is not (CreateGroup or RemoveGroup)
                        && !FairPlan.Destructive.Contains(FaultKind.Of(fault)))
                    .Append(force).OrderBy(fault => fault.At),
            ],
        };
        return FairPlan.Problem(drawn) is null ? drawn : plan;
    }
}
