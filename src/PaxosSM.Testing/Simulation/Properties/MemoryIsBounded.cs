namespace PaxosSM.Testing.Simulation;

/// <summary>A replica holds no more chosen values than its options allow, however long the run.</summary>
/// <remarks>Owners of lanes stop proposing at the bound; what each had proposed before comes on top. A node that faults
/// have slowed down may hold more: the others go on without its snapshots. So may one that catches up, until it has
/// heard what others saved, which they tell every two seconds, and may trim (R25).</remarks>
internal sealed class MemoryIsBounded : SimulationProperty
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Dictionary<NodeId, long> _since = [];

    public override string Name => "memory is bounded";

    public override string? Look(SimulatedRun run)
    {
        var bound = BoundOf(run.Plan);
        foreach (var node in run.Cluster.Nodes)
        {
            if (node.Troubled
                || node.Process is not { IsAlive: true, Status: { IsHandedOver: true } status }
                || status.Epoch?.Epoch != run.Cluster.Newest?.Epoch
                || status.RetainedBytes <= bound)
            {
                _since.Remove(node.Id);
                continue;
            }

            _since.TryAdd(node.Id, run.World.Now);
            if (TimeSpan.FromMicroseconds(run.World.Now - _since[node.Id]) > Patience)
            {
                return $"{node.Name} holds {status.RetainedBytes} bytes of chosen values, bound {bound}";
            }
        }

        return null;
    }

    private static long BoundOf(SimulationPlan plan)
    {
        var protocol = plan.Protocol;
        var submission = (long)plan.Clients.ValueBytesMax * plan.Clients.Window;
        var batch = Math.Max(protocol.BatchBytesMax, submission) + Value.Overhead;
        var owners = protocol.Deal == DealPolicy.SingleLeader
            ? 1
            : plan.Members.Count(roles => (roles & MemberRoles.Proposer) != 0);
        return 2 * (protocol.LogBytesMax + (owners * (protocol.WindowSlotsMax + 1L) * batch));
    }
}
