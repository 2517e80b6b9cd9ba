namespace PaxosSM.Testing.Simulation;

/// <summary>What a client was told is so on every replica, for ever: durability of every acknowledgement.</summary>
internal sealed class AcknowledgementsAreKept : SimulationProperty
{
    public override string Name => "I3 acknowledgements are kept";

    public override string? LookAtEnd(GroupLoad load)
    {
        foreach (var (input, result) in load.Acknowledged)
        {
            if (!load.Witness.Saw(result.Slot, input.Span, result.Result.Span))
            {
                return $"a client was told that {Convert.ToHexString(input.Span)} gave "
                    + $"{Convert.ToHexString(result.Result.Span)} in slot {result.Slot}; no replica applied that there";
            }

            // What was removed is nowhere any more.
            foreach (var (node, replica) in load.IsOver ? [] : load.Learners)
            {
                if (replica.Execution!.Applied < result.Slot)
                {
                    return $"slot {result.Slot} was acknowledged, and {node.Name} ends at {replica.Execution.Applied}";
                }
            }
        }

        return null;
    }
}
