namespace PaxosSM.Testing.Simulation;

/// <summary>A replica holds no more chosen values than its options allow, however long the run.</summary>
/// <remarks>Owners of lanes stop proposing at the bound; what each had proposed before comes on top. A node that faults
/// have slowed down may hold more: the others go on without its snapshots.</remarks>
internal sealed class MemoryIsBounded : SimulationProperty
{
    public override string Name => "memory is bounded";

    public override string? Look(SimulatedRun run)
    {
        var protocol = run.Plan.Protocol;
        var submission = (long)run.Plan.Clients.ValueBytesMax * run.Plan.Clients.Window;
        var batch = Math.Max(protocol.BatchBytesMax, submission) + Value.Overhead;
        var owners = protocol.Deal == DealPolicy.SingleLeader
            ? 1
            : run.Plan.Members.Count(roles => (roles & MemberRoles.Proposer) != 0);
        var bound = 2 * (protocol.LogBytesMax + (owners * (protocol.WindowSlotsMax + 1L) * batch));
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
