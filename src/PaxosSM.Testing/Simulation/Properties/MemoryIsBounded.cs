namespace PaxosSM.Testing.Simulation;

/// <summary>A replica holds no more chosen values than its options allow, however long the run.</summary>
/// <remarks>The leader stops proposing at the bound; what it had proposed before comes on top. A node that faults have
/// slowed down may hold more: the others go on without its snapshots.</remarks>
internal sealed class MemoryIsBounded : SimulationProperty
{
    public override string Name => "memory is bounded";

    public override string? Look(SimulatedRun run)
    {
        var protocol = run.Plan.Protocol;
        var batch = Math.Max(protocol.BatchBytesMax, run.Plan.Clients.ValueBytesMax) + Value.Overhead;
        var bound = 2 * (protocol.LogBytesMax + ((protocol.WindowSlotsMax + 1L) * batch));
        foreach (var node in run.Cluster.Nodes)
        {
            if (!node.Troubled && node.Process is { IsAlive: true, Status: { } status } && status.RetainedBytes > bound)
            {
                return $"{node.Name} holds {status.RetainedBytes} bytes of chosen values, bound {bound}";
            }
        }

        return null;
    }
}
