using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>What every group on a node works with: the node's devices, clocks and settings.</summary>
internal sealed class NodeGroupSettings(NodeContext node, NodeDevices devices, NodeEvents events)
{
    private const ulong SeedStep = 0x9e37_79b9_7f4a_7c15;

    /// <summary>A group's settings.</summary>
    /// <param name="group">The group.</param>
    /// <param name="founders">The members of its first epoch.</param>
    /// <param name="roles">What this node does in it.</param>
    public GroupSettings Of(GroupId group, Configuration founders, MemberRoles roles)
    {
        var self = devices.Members.Self;
        var options = node.Options;
        var seed = self.Boot ^ (group.Value * SeedStep); // not the same chance for all
        return new()
        {
            Context = new(group, self.Node, self.Incarnation, founders, options.Protocol, seed)
            {
                Own = roles,
                Lend = PayloadPool.Current.Lend,
            },
            Log = devices.Log,
            DeviceFailure = () => devices.Snapshots.Failure,
            Transport = devices.Transport,
            Events = events.Sinks,
            Observer = events.Observer,
            OnHalted = node.Log.OnHalted,
            Storage = self.Storage,
            StoreOwner = () => devices.Members.Self.StoreOwner,
            Origin = () => devices.Members.Self.Origin,
            Clock = node.Time,
            Execution = new()
            {
                CheckpointSlots = options.Protocol.CheckpointSlots,
                Snapshots = options.Snapshots,
            },
        };
    }
}
