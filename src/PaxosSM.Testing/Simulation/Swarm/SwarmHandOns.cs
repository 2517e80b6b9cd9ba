namespace PaxosSM.Testing.Simulation;

/// <summary>Leaders that are told to hand on, and nodes that are drained: in some plans.</summary>
internal static class SwarmHandOns
{
    /// <summary>Draws of its own: what else a seed means is as it would be without.</summary>
    public const ulong Stream = 0x6861_6E64_6F6E_2121;

    /// <param name="plan">The plan without.</param>
    /// <param name="options">Whether there may be some.</param>
    /// <param name="dice">Decides.</param>
    public static SimulationPlan Draw(SimulationPlan plan, SwarmOptions options, Dice dice)
    {
        var may = plan.Faults.Count > 0 && dice.OneIn(4);
        List<Fault> handOns = [];
        foreach (var kind in (FaultKind[])[FaultKind.Of<Transfer>(), FaultKind.Of<Drain>()])
        {
            if (options.Only?.Contains(kind) ?? may)
            {
                handOns.AddRange(Draw(plan, kind, dice));
            }
        }

        return handOns.Count == 0
            ? plan
            : plan with { Faults = [.. plan.Faults.Concat(handOns).OrderBy(fault => fault.At)] };
    }

    private static IEnumerable<Fault> Draw(SimulationPlan plan, FaultKind kind, Dice dice)
    {
        var every = TimeSpan.FromMilliseconds(dice.Pick([200, 1000, 3000]));
        var until = plan.Duration - (plan.Duration / 8);
        for (var at = dice.Between(TimeSpan.Zero, 2 * every); at < until; at += dice.Between(every / 4, 2 * every))
        {
            var node = dice.Between(0, plan.Members.Count - 1);
            var span = dice.Spread(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(3));
            yield return kind == FaultKind.Of<Transfer>()
                ? new Transfer(at, node)
                : new Drain(at, node, span < until - at ? span : until - at);
        }
    }
}
