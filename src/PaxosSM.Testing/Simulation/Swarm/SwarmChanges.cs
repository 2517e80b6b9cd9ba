namespace PaxosSM.Testing.Simulation;

/// <summary>Changes of members: in some plans, now and then or many in a row.</summary>
internal static class SwarmChanges
{
    /// <summary>Draws of its own: what else a seed means is as it would be without.</summary>
    public const ulong Stream = 0x6570_6F63_6873_2121;

    /// <summary>What administrators do on purpose: drawn for itself.</summary>
    public static readonly IReadOnlyList<FaultKind> Kinds =
    [
        FaultKind.Of<Reconfigure>(), FaultKind.Of<Transfer>(), FaultKind.Of<Drain>(), FaultKind.Of<CreateGroup>(),
        FaultKind.Of<RemoveGroup>(), FaultKind.Of<OldStore>(), FaultKind.Of<Wedge>(), FaultKind.Of<Force>(),
    ];

    private const int AttemptsMax = 8;

    /// <param name="plan">The plan without changes.</param>
    /// <param name="options">Whether there may be some.</param>
    /// <param name="dice">Decides.</param>
    public static SimulationPlan Draw(SimulationPlan plan, SwarmOptions options, Dice dice)
    {
        var kind = FaultKind.Of<Reconfigure>();
        var isAskedFor = options.Only?.Contains(kind) == true;
        var may = options.Only is null ? plan.Faults.Count > 0 && dice.OneIn(4) : isAskedFor;
        if (!may || plan.Faults.OfType<ClonedIdentity>().Any())
        {
            return plan;
        }

        var every = TimeSpan.FromMilliseconds(dice.Pick([200, 1000, 1000, 3000]));
        var until = plan.Duration - (plan.Duration / 8);
        List<Fault> changes = [];
        for (var at = TimeSpan.FromMilliseconds(300) + dice.Between(TimeSpan.Zero, every);
            at < until;
            at += dice.Between(every / 4, 2 * every))
        {
            if (Draw(plan, at, dice) is { } change)
            {
                changes.Add(change);
            }
        }

        return plan with { Faults = [.. plan.Faults.Concat(changes).OrderBy(fault => fault.At)] };
    }

    // One that leaves too few for what else the plan breaks is drawn again, and given up in the end.
    private static Reconfigure? Draw(SimulationPlan plan, TimeSpan at, Dice dice)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var count = dice.OneIn(3) ? plan.Members.Count : dice.Between(1, plan.Members.Count);
            int[] members = [.. dice.Shuffled(plan.Members.Count).Take(count).Order()];
            Reconfigure change = new(at, members, dice.OneIn(2) ? 0 : dice.Any(), dice.OneIn(4));
            if (FairPlan.Survives(plan, change))
            {
                return change;
            }
        }

        return null;
    }
}
