namespace PaxosSM.Testing.Simulation;

/// <summary>What a client was told is so on every replica, for ever: durability of every acknowledgement.</summary>
internal sealed class AcknowledgementsAreKept : SimulationProperty
{
    public override string Name => "I3 acknowledgements are kept";

    public override string? LookAtEnd(SimulatedRun run)
    {
        foreach (var (input, result) in run.Acknowledged)
        {
            if (!run.Witness.Saw(result.Slot, input.Span, result.Result.Span))
            {
                return $"a client was told that {Convert.ToHexString(input.Span)} gave "
                    + $"{Convert.ToHexString(result.Result.Span)} in slot {result.Slot}; no replica applied that there";
            }

            foreach (var node in run.Learners)
            {
                if (node.Process!.Execution!.Applied < result.Slot)
                {
                    return $"slot {result.Slot} was acknowledged, and {node.Name} ends at "
                        + $"{node.Process.Execution.Applied}";
                }
            }
        }

        return null;
    }
}
