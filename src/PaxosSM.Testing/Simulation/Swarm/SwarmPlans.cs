namespace PaxosSM.Testing.Simulation;

/// <summary>Makes a whole plan from one seed.</summary>
/// <remarks>
/// Groce, Zhang, Eide, Chen, Regehr: <i>Swarm Testing</i> (ISSTA'12): a seed turns a random part of all features on, so
/// that features that hide others' bugs are often away.
/// </remarks>
public static class SwarmPlans
{
    // Draws of its own: what else a seed means is as it would be without.
    private const ulong StoresStream = 0x6F77_6E20_7374_6F72;

    /// <summary>The plan of a seed: equal seeds and options give equal plans.</summary>
    /// <param name="seed">Decides everything that the options leave open.</param>
    /// <param name="options">What the plans of a swarm have in common.</param>
    public static SimulationPlan Of(ulong seed, SwarmOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Seconds, 1);
        var dice = new Dice(seed);
        var calm = new SimulationPlan
        {
            // Not the seed itself: the run's chance must not repeat the draws that made the plan.
            Seed = dice.Any(),
            Members = options.Profile == SwarmProfile.Default ? SwarmLayouts.Three : SwarmLayouts.Draw(dice),
            Duration = TimeSpan.FromSeconds(options.Seconds),
        };
        if (options.Profile != SwarmProfile.Default)
        {
            calm = calm with { Quorums = SwarmLayouts.DrawRule(calm.Members, new(seed ^ SwarmLayouts.RuleStream)) };
        }

        var plan = options.Profile switch
        {
            SwarmProfile.Default => SwarmSettings.Moderate(calm),
            SwarmProfile.Calm => SwarmSettings.Draw(calm, harsh: 0, dice),
            _ => SwarmSettings.Draw(calm, harsh: dice.Between(0, 3), dice),
        };
        if (options.Profile != SwarmProfile.Calm)
        {
            plan = plan with { Faults = new SwarmFaults(plan, FaultMix.Draw(options, dice), dice).Draw() };
        }

        if (options.Profile != SwarmProfile.Default)
        {
            plan = plan with { Clients = SwarmLoads.Draw(plan, new(seed ^ SwarmLoads.Stream)) };
        }

        if (options.Profile != SwarmProfile.Default)
        {
            plan = plan with
            {
                Optimistic = new Dice(seed ^ SwarmSettings.OptimismStream).OneIn(2),
                OwnStores = new Dice(seed ^ StoresStream).OneIn(4),
            };
        }

        if (options.Profile == SwarmProfile.Swarm)
        {
            plan = SwarmChanges.Draw(plan, options, new(seed ^ SwarmChanges.Stream));
            plan = SwarmHandOns.Draw(plan, options, new(seed ^ SwarmHandOns.Stream));
            plan = SwarmStores.Draw(plan, options, new(seed ^ SwarmStores.Stream));
            plan = SwarmGroups.Draw(plan, options, new(seed ^ SwarmGroups.Stream));
            plan = SwarmWedges.Draw(plan, options, new(seed ^ SwarmWedges.Stream));
            plan = SwarmForces.Draw(plan, options, new(seed ^ SwarmForces.Stream));
        }

        if (options.Profile != SwarmProfile.Default)
        {
            plan = plan with { Outbox = SwarmOutboxes.Draw(plan, new(seed ^ SwarmOutboxes.Stream)) };
        }

        return FairPlan.KeepsTrimming(plan)
            ? plan
            : plan with { Protocol = plan.Protocol with { LogBytesMax = FairPlan.LogBytesForAWholeRun } };
    }
}
