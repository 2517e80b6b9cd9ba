namespace PaxosSM.Testing.Simulation;

/// <summary>Replicas that applied the same slots have the same state: machines byte by byte.</summary>
internal sealed class ReplicasAreEqual : SimulationProperty
{
    public override string Name => "replicas are equal";

    public override string? LookAtEnd(GroupLoad load)
    {
        (SimulatedNode Node, Slot Applied, byte[] State)? first = null;
        foreach (var (node, replica) in load.IsOver ? [] : load.Learners)
        {
            var applied = replica.Execution!.Applied;
            if (replica.Machine is IOptimisticStateMachine optimistic)
            {
                // The run is over: what may be under way is not chosen, and goes.
                optimistic.Rollback(applied);
            }

            var state = StateOf(replica.Machine!);
            first ??= (node, applied, state);
            if (first.Value.Applied != applied)
            {
                return $"{first.Value.Node.Name} ends at {first.Value.Applied}, {node.Name} at {applied}";
            }

            if (!first.Value.State.AsSpan().SequenceEqual(state))
            {
                var at = first.Value.State.AsSpan().CommonPrefixLength(state);
                return $"at {applied} the machines of {first.Value.Node.Name} and {node.Name} differ from byte {at} on";
            }
        }

        return null;
    }

    private static byte[] StateOf(IStateMachine machine)
    {
        using MemoryStream stream = new();
        using var writer = machine.BeginSnapshot();
        writer.WriteAsync(stream, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return stream.ToArray();
    }
}
