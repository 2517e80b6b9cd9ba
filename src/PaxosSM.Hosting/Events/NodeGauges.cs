using System.Diagnostics.Metrics;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting;

/// <summary>Shows a node's watermarks as gauges, read from its status when somebody asks.</summary>
internal static class NodeGauges
{
    /// <summary>Adds the gauges; they end with the meter.</summary>
    public static void Add(Meter meter, string node, Func<ReplicaStatus?> status)
    {
        Gauge("paxossm.slot.chosen", "{slot}", "Chosen and present through here.", now => now.ChosenThrough.Index);
        Gauge("paxossm.slot.applied", "{slot}", "The last slot applied.", now => now.Applied.Index);
        Gauge("paxossm.slot.snapshot", "{slot}", "The newest durable snapshot.", now => now.SnapshotThrough.Index);
        Gauge("paxossm.slot.trimmed", "{slot}", "The log's floor.", now => now.TrimmedTo.Index);
        Gauge("paxossm.leader", "{leader}", "1 where this node leads.", now => now.Leader == now.Self ? 1 : 0);
        Gauge("paxossm.halted", "{replica}", "1 where the replica halted.", now => now.Halted is null ? 0 : 1);
        Gauge("paxossm.members.reachable", "{member}", "Members heard of late.", CountReachable);

        PerLane("paxossm.lane.through", "{slot}", "The lane's slots through here are chosen.", at => at.Through.Index);
        PerLane("paxossm.lane.awaited", "{lane}", "1 where all others wait for the lane.", at => at.IsAwaited ? 1 : 0);

        void PerLane(string name, string unit, string help, Func<LaneState, long> read) =>
            meter.CreateObservableGauge(name, () => ReadLanes(read), unit, help);

        IEnumerable<Measurement<long>> ReadLanes(Func<LaneState, long> read) =>
            (status()?.Lanes ?? []).Select(lane => new Measurement<long>(
                read(lane),
                new KeyValuePair<string, object?>("node", node),
                new KeyValuePair<string, object?>("lane", (int)lane.Lane.Index),
                new KeyValuePair<string, object?>("owner", (int)lane.Owner.Node.Value)));

        void Gauge(string name, string unit, string help, Func<ReplicaStatus, long> read) =>
            meter.CreateObservableGauge(name, () => Read(read), unit, help);

        IEnumerable<Measurement<long>> Read(Func<ReplicaStatus, long> read) =>
            status() is { } now ? [new(read(now), new KeyValuePair<string, object?>("node", node))] : [];

        static long CountReachable(ReplicaStatus now) => now.Members.Count(member => member.Reachable);
    }
}
