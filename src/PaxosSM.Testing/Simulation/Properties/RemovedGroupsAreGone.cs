namespace PaxosSM.Testing.Simulation;

/// <summary>Nothing of a removed group is left on a disk, once that had time: no record is read back of it, and no
/// snapshot (R13).</summary>
internal sealed class RemovedGroupsAreGone : SimulationProperty
{
    private const long PatienceMicros = 1_000_000;

    public override string Name => "removed groups are gone";

    public override string? LookAtEnd(GroupLoad load)
    {
        var cluster = load.Run.Cluster;
        if (load.Group != GroupId.Default || cluster.Catalog is not { } catalog)
        {
            return null; // once is enough
        }

        var removed = catalog.RemovedBefore(cluster.World.Now - PatienceMicros).ToHashSet();
        foreach (var node in cluster.Nodes.Where(node => !cluster.Torn.Contains(node.Place)))
        {
            if (node.Process is { IsAlive: true, DeviceFailed: false } && Left(cluster, node, removed) is { } left)
            {
                return $"{node.Name} still has {left}";
            }
        }

        return null;
    }

    private static string? Left(SimulatedCluster cluster, SimulatedNode node, HashSet<GroupId> removed)
    {
        using var folder = SimulatedDevices.OpenCopy(node);
        foreach (var group in folder.OpenLog(cluster.Plan.Log, node.Clock).RecoveredGroups)
        {
            if (removed.Contains(group))
            {
                return $"records of {group}";
            }
        }

        foreach (var group in folder.OpenSnapshots().Groups)
        {
            if (removed.Contains(group))
            {
                return $"a snapshot of {group}";
            }
        }

        return null;
    }
}
