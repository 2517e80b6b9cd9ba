namespace PaxosSM.Testing.Simulation;

/// <summary>Machines whose commands have effects outside the cluster, and receivers that are hard to reach: in one plan
/// of three.</summary>
internal static class SwarmOutboxes
{
    /// <summary>Draws of its own: what else a seed means is as it would be without.</summary>
    public const ulong Stream = 0x6F75_7462_6F78_6573;

    private static readonly int[] Permilles = [0, 10, 100, 300];

    /// <param name="plan">The plan without.</param>
    /// <param name="dice">Decides.</param>
    public static OutboxPlan Draw(SimulationPlan plan, Dice dice)
    {
        if (!dice.OneIn(3))
        {
            return plan.Outbox;
        }

        var isCalm = plan.Faults.Count == 0;
        return new()
        {
            Destinations = dice.Spread(1, 8),
            EffectPercent = dice.Pick([5, 30, 100]),
            LossPermille = isCalm ? 0 : dice.Pick(Permilles),
            UnconfirmedPermille = isCalm ? 0 : dice.Pick(Permilles),
            RepeatPermille = isCalm ? 0 : dice.Pick(Permilles),
            LateMax = dice.Spread(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(4)),
            SideBySide = dice.Pick([1, 2, 64]),
            ReadEntriesMax = dice.Pick([1, 4, 256]),
            AttemptsMax = dice.Pick([0, 0, 1, 3]),
            DeliveryTimeout = dice.Spread(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(200)),
            AcknowledgeInterval = dice.Spread(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)),
            IdleAfter = dice.Spread(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(2)),
        };
    }
}
