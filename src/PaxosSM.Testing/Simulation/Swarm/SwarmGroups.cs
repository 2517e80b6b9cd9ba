namespace PaxosSM.Testing.Simulation;

/// <summary>Groups beside the first one that come and go: in some plans.</summary>
internal static class SwarmGroups
{
    /// <summary>Draws of its own: what else a seed means is as it would be without.</summary>
    public const ulong Stream = 0x6772_6F75_7073_2121;

    private const int NamesMax = 3;

    /// <param name="plan">The plan without.</param>
    /// <param name="options">Whether there may be some.</param>
    /// <param name="dice">Decides.</param>
    public static SimulationPlan Draw(SimulationPlan plan, SwarmOptions options, Dice dice)
    {
        var may = options.Only?.Contains(FaultKind.Of<CreateGroup>()) ?? (plan.Faults.Count > 0 && dice.OneIn(3));
        if (!may || plan.Members.Any(roles => (roles & MemberRoles.Learner) == 0))
        {
            return plan;
        }

        var every = TimeSpan.FromMilliseconds(dice.Pick([300, 1000, 3000]));
        var until = plan.Duration - (plan.Duration / 8);
        var names = dice.Between(1, NamesMax);
        List<Fault> wishes = [];
        for (var at = TimeSpan.FromMilliseconds(300) + dice.Between(TimeSpan.Zero, every);
            at < until;
            at += dice.Between(every / 4, 2 * every))
        {
            var name = dice.Between(1, names);
            wishes.Add(dice.OneIn(3) ? new RemoveGroup(at, name) : new CreateGroup(at, name));
        }

        var only = options.Only;
        return plan with
        {
            Faults =
            [
                .. plan.Faults.Concat(wishes.Where(wish => only is null || only.Contains(FaultKind.Of(wish))))
                    .OrderBy(fault => fault.At),
            ],
        };
    }
}
