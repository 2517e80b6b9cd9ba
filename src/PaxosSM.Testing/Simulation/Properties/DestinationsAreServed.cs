namespace PaxosSM.Testing.Simulation;

/// <summary>Once the world is whole, each destination's oldest effect is taken soon, however much waits for others
/// (R27, I13).</summary>
/// <remarks>Soon: when somebody leads and answers, after two turns of each destination. A turn ends when the log is
/// told, and the first one may bring only what an earlier leader had delivered, and not acknowledged.</remarks>
internal sealed class DestinationsAreServed : SimulationProperty
{
    private const int TurnsMax = 2;

    // A wedged epoch has to be led and ended first, and the next one led.
    private const int AnswerTimeouts = (2 * SimulatedRun.LeadTimeouts) + SimulatedRun.AnswerTimeouts;
    private readonly Dictionary<(GroupId Group, string Destination), (OutboxToken Oldest, long Since)> _waiting = [];

    public override string Name => "I13 each destination is served";

    public override string? Look(SimulatedRun run)
    {
        if (!run.Cluster.IsWhole)
        {
            return null;
        }

        var bound = Bound(run.Plan);
        foreach (var load in run.Loads.Where(load => !load.IsOver))
        {
            foreach (var head in load.Effects.Heads)
            {
                var (oldest, since) = _waiting.GetValueOrDefault((load.Group, head.Destination));
                if (oldest != head.Token)
                {
                    _waiting[(load.Group, head.Destination)] = (head.Token, run.World.Now);
                }
                else if (TimeSpan.FromMicroseconds(run.World.Now - since) > bound)
                {
                    return $"{head} was not taken within {bound.TotalSeconds:0.###} s, though the world is whole";
                }
            }
        }

        return null;
    }

    private static TimeSpan Bound(SimulationPlan plan)
    {
        var turn = plan.Outbox.AcknowledgeInterval + plan.Outbox.DeliveryTimeout + plan.Protocol.ElectionTimeout;
        return (plan.Protocol.ElectionTimeout * AnswerTimeouts) + (turn * (TurnsMax * plan.Outbox.Destinations));
    }
}
