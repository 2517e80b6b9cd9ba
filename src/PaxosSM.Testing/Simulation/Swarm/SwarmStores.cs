namespace PaxosSM.Testing.Simulation;

/// <summary>Older copies of machines' own stores that are put back: in most plans that have such stores.</summary>
internal static class SwarmStores
{
    /// <summary>Draws of its own: what else a seed means is as it would be without.</summary>
    public const ulong Stream = 0x6F6C_6473_746F_7265;

    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);

    /// <param name="plan">The plan without.</param>
    /// <param name="options">Whether there may be some.</param>
    /// <param name="dice">Decides.</param>
    public static SimulationPlan Draw(SimulationPlan plan, SwarmOptions options, Dice dice)
    {
        var may = options.Only?.Contains(FaultKind.Of<OldStore>()) ?? (plan.Faults.Count > 0 && !dice.OneIn(4));
        if (!may || !plan.OwnStores)
        {
            return plan;
        }

        var every = TimeSpan.FromMilliseconds(dice.Pick([300, 1000, 3000]));
        var until = plan.Duration - (plan.Duration / 8);
        List<Fault> faults = [.. plan.Faults];
        for (var at = dice.Between(TimeSpan.Zero, 2 * every); at < until; at += dice.Between(every / 4, 2 * every))
        {
            var after = dice.Spread(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(4));
            var down = dice.Spread(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
            OldStore old = new(at, dice.Between(0, plan.Members.Count - 1), after, down, dice.OneIn(2));
            if (FaultSpan.End(old) < until && faults.TrueForAll(other => !Meet(other, old)))
            {
                faults.Add(old);
            }
        }

        return plan with { Faults = [.. faults.OrderBy(fault => fault.At)] };
    }

    // A process dies of one thing at a time.
    private static bool Meet(Fault other, OldStore old)
    {
        var (from, until) = (old.At + old.After - Margin, FaultSpan.End(old) + Margin);
        var begins = other is OldStore earlier ? other.At + earlier.After : other.At;
        return other is Crash or FailedFlush or FlippedBits or WipedDisk or ClonedDisk or LyingDigest or OldStore
                or ClonedIdentity
            && FairPlan.NodeOf(other) == old.Node && begins <= until && from <= FaultSpan.End(other);
    }
}
