namespace PaxosSM.Testing.Simulation;

/// <summary>A group that is wedged for maintenance now and then: in some plans.</summary>
internal static class SwarmWedges
{
    /// <summary>Draws of its own: what else a seed means is as it would be without.</summary>
    public const ulong Stream = 0x7765_6467_6573_2121;

    /// <param name="plan">The plan without.</param>
    /// <param name="options">Whether there may be some.</param>
    /// <param name="dice">Decides.</param>
    public static SimulationPlan Draw(SimulationPlan plan, SwarmOptions options, Dice dice)
    {
        var may = plan.Faults.Count > 0 && dice.OneIn(4);
        if (!(options.Only?.Contains(FaultKind.Of<Wedge>()) ?? may))
        {
            return plan;
        }

        var every = TimeSpan.FromMilliseconds(dice.Pick([500, 1000, 3000]));
        var until = plan.Duration - (plan.Duration / 8);
        List<Fault> wedges = [];
        for (var at = dice.Between(TimeSpan.Zero, 2 * every); at < until; at += dice.Between(every / 4, 2 * every))
        {
            var span = dice.Spread(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(3));
            wedges.Add(new Wedge(at, span < until - at ? span : until - at));
        }

        var drawn = plan with { Faults = [.. plan.Faults.Concat(wedges).OrderBy(fault => fault.At)] };
        return FairPlan.Problem(drawn) is null ? drawn : plan;
    }
}
