namespace PaxosSM.Testing.Simulation;

/// <summary>Nodes with empty disks that join a cluster whose quorum was lost (R33), and somebody who has them
/// listed.</summary>
internal sealed class NewMembers
{
    private const int AsksMax = 100;
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private readonly SimulatedCluster _cluster;
    private readonly List<SimulatedNode> _nodes;
    private Action? _met;
    private int _asks;

    private NewMembers(SimulatedCluster cluster, List<SimulatedNode> nodes, Action met) =>
        (_cluster, _nodes, _met) = (cluster, nodes, met);

    /// <summary>They start, and join.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="met">Told once each knows which fork it is in, durably: whom it met before it would have
    /// joined.</param>
    public static void Join(SimulatedCluster cluster, List<SimulatedNode> nodes, Action met)
    {
        foreach (var node in nodes)
        {
            node.Join();
            node.Start();
        }

        new NewMembers(cluster, nodes, met).Ask();
    }

    private void Ask()
    {
        if (_met is { } met && _nodes.TrueForAll(node => node.Process?.Members?.Self.Fork is { } fork
            && fork != ForkId.None))
        {
            _met = null;
            met();
        }

        if (_cluster.Newest is { Configuration: var present } && !AreIn(present))
        {
            _cluster.Leader?.Process!.Replica.Reconfigure(present.Epoch, With(present), false);
        }

        if (++_asks < AsksMax && (_met is not null || !IsDone))
        {
            _cluster.World.After(World.Micros(AskAgain), Ask);
        }
    }

    private bool IsDone => _cluster.Newest is { Configuration: var present } && AreIn(present);

    private bool AreIn(Configuration present) => _nodes.TrueForAll(node => present.Lists(node.Id, node.Storage));

    private Configuration With(Configuration present)
    {
        var old = present.Members.Where(member => _nodes.TrueForAll(node => node.Id != member.Id));
        var added = _nodes.Select(node => new Member(node.Id, node.Name, $"{node.Name}:1", node.Roles, node.Storage));
        return new(present.Epoch.Next, [.. old.Concat(added).OrderBy(member => member.Id)], deal: present.Deal)
        {
            NextNumber = present.NextNumber,
            IsWedged = present.IsWedged,
        };
    }
}
