using PaxosSM.Runtime;
using PaxosSM.Runtime.Serving;

namespace PaxosSM.Hosting.Tests.Client;

public sealed class StatusTextTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 23, 12, 1, 5, TimeSpan.Zero);

    [Fact]
    public void A_healthy_group_names_its_leader() =>
        Assert.Equal("b leads since 12:01:05", StatusText.Of(Status(leader: 1)));

    [Fact]
    public void A_member_that_is_missing_is_named_beside_the_leader() =>
        Assert.Equal(
            "b leads since 12:01:05; c unreachable since 12:01:05 (connection refused)",
            StatusText.Of(Status(leader: 1, unreachable: [2])));

    [Fact]
    public void Without_a_quorum_whoever_is_missing_is_named_and_the_leader_is_not() =>
        Assert.Equal(
            "no quorum: b unreachable since 12:01:05 (connection refused), "
                + "c unreachable since 12:01:05 (connection refused)",
            StatusText.Of(Status(leader: 0, unreachable: [1, 2])));

    [Fact]
    public void A_learner_that_is_missing_costs_no_quorum() =>
        Assert.Equal(
            "b leads since 12:01:05; a unreachable since 12:01:05 (connection refused), "
                + "c unreachable since 12:01:05 (connection refused)",
            StatusText.Of(
                Status(leader: 1, unreachable: [0, 2], self: 1, roles: [
                    MemberRoles.Learner, MemberRoles.All, MemberRoles.Learner])));

    [Fact]
    public void A_quorum_without_a_leader_is_in_an_election() =>
        Assert.Equal("no leader: an election is under way", StatusText.Of(Status(leader: null)));

    [Fact]
    public void What_the_next_slot_waits_for_is_told() =>
        Assert.Equal("a leads since 12:01:05; s827 waits for b's lane", StatusText.Of(
            Status(leader: 0) with { Waiting = "s827 waits for b's lane" }));

    [Fact]
    public void Who_waits_for_a_leader_is_told_so_once() =>
        Assert.Equal("no leader: an election is under way", StatusText.Of(
            Status(leader: null) with { Waiting = "no leader" }));

    [Fact]
    public void A_halted_replica_says_why() =>
        Assert.Equal(
            "replica a has stopped: flush failed", StatusText.Of(Status(leader: 1) with { Halted = "flush failed" }));

    [Fact]
    public void The_leaders_address_is_empty_while_nobody_leads()
    {
        Assert.Equal("host1:7001", StatusText.LeaderAddress(Status(leader: 1)));
        Assert.Empty(StatusText.LeaderAddress(Status(leader: null)));
    }

    private static ReplicaStatus Status(
        ushort? leader, int[]? unreachable = null, ushort self = 0, MemberRoles[]? roles = null)
    {
        var members = Enumerable.Range(0, 3).Select(index => new MemberStatus(
            new(new((ushort)index), ((char)('a' + index)).ToString(), $"host{index}:7001", roles?[index]
                ?? MemberRoles.All, default),
            unreachable?.Contains(index) != true,
            Since,
            unreachable?.Contains(index) == true ? "connection refused" : string.Empty));
        var leads = leader is { } known ? new NodeId(known) : NodeId.None;
        return new(
            new(self), leads, new(1, leads, 1), Since, default, default, default, default, [
                .. members], null, null, string.Empty);
    }
}
