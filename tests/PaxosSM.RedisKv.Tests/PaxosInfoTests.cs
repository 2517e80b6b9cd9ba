using PaxosSM.Reconfiguration;
using PaxosSM.RedisKv.Hosting;
using PaxosSM.Runtime;

namespace PaxosSM.RedisKv.Tests;

/// <summary>INFO tells how a member stands, lanes included.</summary>
public sealed class PaxosInfoTests
{
    private static readonly LaneState[] Lanes =
    [
        new(new(0), new(new(1), 4), new(828), IsAwaited: false),
        new(new(1), new(new(0), 2), new(826), IsAwaited: true),
    ];

    [Fact]
    public void A_line_a_lane_tells_its_owner_how_far_it_is_chosen_and_whether_all_wait_for_it() =>
        Assert.Equal(
            ["paxos_lane_0:n1.4,828,", "paxos_lane_1:n0.2,826,awaited"],
            Lines(Status(Lanes), "paxos_lane_"));

    [Fact]
    public void Who_owns_nothing_tells_no_lanes() => Assert.Empty(Lines(Status([]), "paxos_lane_"));

    [Fact]
    public void The_frontier_and_what_the_slot_behind_it_waits_for_are_told()
    {
        var status = Status(Lanes);

        Assert.Equal(["paxos_chosen:826"], Lines(status, "paxos_chosen"));
        Assert.Equal(["paxos_applied:825"], Lines(status, "paxos_applied"));
        Assert.Equal(["paxos_waiting:s827 waits for a's lane"], Lines(status, "paxos_waiting"));
        Assert.Equal(["paxos_leader:b"], Lines(status, "paxos_leader"));
    }

    [Fact]
    public void Members_are_told_with_what_is_known_of_them() =>
        Assert.Equal(
            ["paxos_member_a:down,host0:7001,connection refused", "paxos_member_b:up,host1:7001,this node"],
            Lines(Status(Lanes), "paxos_member_"));

    [Fact]
    public void Before_genesis_a_member_tells_what_it_waits_for_and_no_more() =>
        Assert.Equal(
            "# Paxos\r\npaxos_self:b\r\npaxos_waiting:a does not answer\r\n",
            PaxosInfo.Describe("b", "a does not answer", onlyLearns: null, status: null));

    [Fact]
    public void Whether_the_group_is_wedged_is_told()
    {
        Assert.Equal(["paxos_wedged:no"], Lines(Status([]), "paxos_wedged"));
        EpochStart wedged = new(Slot.Zero, 0, new(Epoch.First, []) { IsWedged = true });
        Assert.Equal(["paxos_wedged:yes"], Lines(Status([]) with { Epoch = wedged }, "paxos_wedged"));
    }

    private static string[] Lines(ReplicaStatus status, string name) =>
        [.. PaxosInfo.Describe("b", status.Waiting, onlyLearns: null, status).Split("\r\n")
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))];

    private static ReplicaStatus Status(LaneState[] lanes) => new(
        new(1),
        new(1),
        new(3, new(1), 4),
        default,
        ChosenThrough: new(826),
        Applied: new(825),
        SnapshotThrough: default,
        TrimmedTo: default,
        [Member(0, "a", reachable: false, "connection refused"), Member(1, "b", reachable: true, "this node")],
        Digest: null,
        Halted: null,
        Waiting: "s827 waits for a's lane")
    {
        Lanes = lanes,
    };

    private static MemberStatus Member(ushort number, string name, bool reachable, string detail) => new(
        new(new(number), name, $"host{number}:7001", MemberRoles.All, default), reachable, default, detail);
}
