using System.Diagnostics.Metrics;
using PaxosSM.Messages;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting.Tests.Driver;

/// <summary>A node's status tells who owns which lane, and for whom all wait.</summary>
public sealed class LaneStatusTests
{
    private static readonly ProtocolOptions Shared = new() { Deal = DealPolicy.AllProposers };

    [Fact]
    public void Every_owner_tells_all_lanes()
    {
        SteppedCluster cluster = new(Shared);
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Lanes.Count == cluster.Nodes.Count));

        foreach (var node in cluster.Nodes)
        {
            Assert.Equal([0, 1, 2], node.Status.Lanes.Select(lane => (int)lane.Lane.Index));
            Assert.Equal(
                cluster.Nodes.Select(each => each.Id),
                node.Status.Lanes.Select(lane => lane.Owner.Node).OrderBy(owner => owner.Value));
        }
    }

    [Fact]
    public void A_single_leader_tells_one_lane_and_the_others_none()
    {
        SteppedCluster cluster = new(new());
        cluster.Until(() => cluster.Leader.Status.Lanes.Count == 1);

        Assert.Equal(cluster.Leader.Id, cluster.Leader.Status.Lanes[0].Owner.Node);
        Assert.Empty(cluster.Follower.Status.Lanes);
    }

    [Fact]
    public void Each_lane_tells_how_far_it_is_chosen_and_the_frontier_is_where_they_meet()
    {
        SteppedCluster cluster = new(Shared);
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Lanes.Count == cluster.Nodes.Count));
        var leader = cluster.Leader;
        var view = Deal(leader);
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            var before = leader.Status.ChosenThrough;
            cluster.Send(cluster.Follower.Id, leader.Id, GroupId.Default, new(1), new Submit(Entry(sequence), 1));
            cluster.Until(() => cluster.Nodes.All(node => node.Status.ChosenThrough > before));
        }

        cluster.Until(() => cluster.Nodes.All(node => node.Status.ChosenThrough == Meet(node)));

        Slot Meet(SteppedNode node) =>
            node.Status.Lanes.Select(lane => view.NextInLane(lane.Lane, lane.Through)).Min().Previous;
    }

    [Fact]
    public void A_lane_that_all_wait_for_is_named_with_its_owner()
    {
        SteppedCluster cluster = new(Shared);
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Lanes.Count == cluster.Nodes.Count));
        var owner = cluster.Stopped = cluster.Follower;
        var name = cluster.Configuration.NameOf(owner.Id);
        var leader = cluster.Leader;

        // The first may come before the stopped owner's turn, the second comes behind it.
        for (var sequence = 1; sequence <= 2; sequence++)
        {
            var before = leader.Status.ChosenThrough;
            cluster.Send(owner.Id, leader.Id, GroupId.Default, new(1), new Submit(Entry(sequence), 1));
            cluster.Until(() => leader.Status.ChosenThrough > before || Awaits(leader, owner));
        }

        cluster.Until(() => Awaits(leader, owner));
        var status = leader.Status;
        var awaited = Assert.Single(status.Lanes, lane => lane.IsAwaited);
        Assert.Equal(status.ChosenThrough.Next, Deal(leader).NextInLane(awaited.Lane, awaited.Through));
        Assert.Equal($"{status.ChosenThrough.Next} waits for {name}'s lane", status.Waiting);
        Assert.EndsWith($"; {status.Waiting}", StatusText.Of(status), StringComparison.Ordinal);
    }

    [Fact]
    public void Owners_without_work_count_the_turns_that_they_pass_and_the_busy_one_proposes()
    {
        SteppedCluster cluster = new(Shared);
        cluster.Until(() => cluster.Nodes.All(node => node.Status.Lanes.Count == cluster.Nodes.Count));
        var busy = cluster.Follower;
        foreach (var node in cluster.Nodes)
        {
            node.Told.Clear();
        }

        for (var sequence = 1; sequence <= 3; sequence++)
        {
            var before = busy.Status.ChosenThrough;
            cluster.Send(cluster.Leader.Id, busy.Id, GroupId.Default, new(1), new Submit(Entry(sequence), 1));
            cluster.Until(() => busy.Status.ChosenThrough > before && busy.Told.OfType<Proposed>().Count() == sequence);
        }

        cluster.Until(() => cluster.Nodes.All(node => node.Told.OfType<Proposed>().Any()));
        foreach (var node in cluster.Nodes)
        {
            using Meter meter = new(MetricsEventSink.MeterName);
            using Readings readings = new(meter);
            MetricsEventSink sink = new(meter, "x");
            node.Told.ForEach(told => sink.On(GroupId.Default, told));
            Assert.Equal(node == busy ? 3 : 0, Count(readings, "paxossm.proposals "));
            Assert.Equal(node == busy, Count(readings, "paxossm.passes ") == 0);
        }

        static int Count(Readings readings, string name) =>
            readings.Lines.Count(line => line.StartsWith(name, StringComparison.Ordinal));
    }

    private static bool Awaits(SteppedNode node, SteppedNode owner) =>
        node.Status.Lanes.Any(lane => lane.IsAwaited && lane.Owner.Node == owner.Id);

    private static View Deal(SteppedNode leader) => leader.Told.OfType<TakenOver>().Last().View;

    private static byte[] Entry(long sequence)
    {
        var entry = new byte[CommandEntry.HeaderSize];
        CommandEntry.WriteHeader(entry, EntryKind.OpenSession, new(7), sequence, 0, 0);
        return entry;
    }
}
