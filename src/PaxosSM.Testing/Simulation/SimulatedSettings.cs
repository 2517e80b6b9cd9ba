using PaxosSM.Runtime;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Groups;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Simulation;

/// <summary>What each group at a process works with, as at a host.</summary>
internal sealed class SimulatedSettings(
    SimulatedCluster cluster, SimulatedProcess process, SimulatedDevices devices, ITransport transport, NodePump pump)
{
    private const ulong SeedStep = 0x9e37_79b9_7f4a_7c15;
    private readonly HostedReach _hosted = new();
    private GroupEpochs? _epochs;

    /// <summary>What the first group works with.</summary>
    public GroupSettings NewFirstGroup(MemberRoles own, IProtocolEventSink events) =>
        NewGroup(GroupId.Default, devices.Members.Configuration, own, events) with
        {
            OnEpochs = epochs =>
            {
                _epochs = epochs;
                Reach();
            },
        };

    /// <summary>What a group beside the first one works with.</summary>
    public GroupSettings NewHosted(GroupId group, Configuration founders, IProtocolEventSink events)
    {
        // R13: the storage that is listed is the member, not the node of that number.
        var self = devices.Members.Self;
        var roles = founders.Find(self.Node) is { } listed && listed.Storage == self.Storage
            ? listed.Roles
            : MemberRoles.Learner;
        return NewGroup(group, founders, roles, events) with
        {
            OnEpochs = epochs =>
            {
                devices.Members.Adopt(group, epochs.Present.Configuration);
                if (_hosted.On(group, epochs.Everybody))
                {
                    Reach();
                }
            },
            StartsAtRest = true,
        };
    }

    /// <summary>A group beside the first one is gone.</summary>
    public void Forget(GroupId group)
    {
        devices.Members.Forget(group);
        _ = _hosted.Forget(group);
    }

    // As a host does: whoever is a member of any group is met.
    private void Reach()
    {
        if (_epochs is { } epochs)
        {
            Member[] everybody = [.. epochs.Everybody.Concat(_hosted.Everybody).DistinctBy(member => member.Id)];
            devices.Members.Adopt(epochs, everybody);
            pump.SetMembers([.. everybody.Select(member => member.Id)]);
        }
    }

    private GroupSettings NewGroup(GroupId group, Configuration founders, MemberRoles own, IProtocolEventSink events)
    {
        var plan = cluster.Plan;
        var self = devices.Members.Self;
        var seed = self.Boot ^ ((group.Value - GroupId.Default.Value) * SeedStep); // not the same chance for all
        return new()
        {
            Context = new(group, self.Node, self.Incarnation, founders, plan.Protocol, seed)
            {
                Own = own,
                Lend = PayloadPool.Current.Lend,
            },
            Log = devices.Log,
            DeviceFailure = () => devices.Snapshots.Failure,
            Transport = transport,
            Events = events,
            Observer = new TracedExecution(new SimulatedObserver(cluster, process), events),
            OnHalted = process.OnHalted,
            Origin = () => devices.Members.Self.Origin,
            Storage = self.Storage,
            StoreOwner = () => devices.Members.Self.StoreOwner,
            Clock = process.Node.Clock,
            Execution = new()
            {
                CheckpointSlots = plan.Protocol.CheckpointSlots,
                Snapshots = Snapshotting(plan),
            },
        };
    }

    // A log that is full takes no more slots: a snapshot must be due before that.
    private static SnapshotOptions Snapshotting(SimulationPlan plan)
    {
        SnapshotOptions defaults = new() { SlotsMax = plan.SnapshotSlots };
        var quarter = plan.Protocol.LogBytesMax / 4;
        return defaults with
        {
            LogBytesMin = Math.Min(defaults.LogBytesMin, quarter),
            LogBytesMax = Math.Min(defaults.LogBytesMax, quarter),
        };
    }
}
