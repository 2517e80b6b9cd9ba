namespace PaxosSM.Testing.Simulation;

/// <summary>Which clients are busier than others, and when: what a deal that follows the load needs to move.</summary>
internal static class SwarmLoads
{
    /// <summary>Draws of its own: what else a seed means is as it would be without.</summary>
    public const ulong Stream = 0x6C6F_6164_736B_6577;

    /// <param name="plan">All but the load.</param>
    /// <param name="dice">Decides.</param>
    public static ClientPlan Draw(SimulationPlan plan, Dice dice)
    {
        var clients = plan.Clients;
        if (dice.OneIn(3))
        {
            return clients;
        }

        var busy = clients with
        {
            BusyFactor = dice.Spread(2, 64),
            BusyFor = dice.OneIn(4) ? TimeSpan.Zero : dice.Between(TimeSpan.FromSeconds(1), plan.Duration / 2),
        };

        // A deal ignores a load that one owner carries with ease; what a client sends at once must fit the queue.
        var window = Math.Max(busy.Window, 8);
        var value = Math.Min(dice.Spread(400, 1600), plan.Protocol.PendingBytesMax / (2 * window));
        return plan.Protocol.Deal != DealPolicy.Adaptive ? busy : busy with
        {
            RatePerSecond = Math.Max(busy.RatePerSecond, dice.Between(100, 300)),
            ValueBytesMax = Math.Max(busy.ValueBytesMax, value),
            Window = window,
        };
    }
}
