using PaxosSM.Quorums;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

public sealed class FairPlanTests
{
    private const MemberRoles All = MemberRoles.All;
    private const MemberRoles Acc = MemberRoles.Acceptor;
    private const MemberRoles Lea = MemberRoles.Learner;
    private const MemberRoles Pro = MemberRoles.Proposer;

    private static readonly TimeSpan Later = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(true, new[] { All, All, All }, new[] { 1 })]
    [InlineData(false, new[] { All, All, All }, new[] { 0, 2 })]
    [InlineData(true, new[] { All, All, All, Lea, Lea }, new[] { 0, 3, 4 })]
    [InlineData(false, new[] { All, All, All, All }, new[] { 0, 3 })]
    [InlineData(true, new[] { Acc, Acc, Acc, Pro | Lea, Pro | Lea }, new[] { 0, 3 })]
    [InlineData(false, new[] { Acc, Acc, Acc, Pro | Lea, Pro | Lea }, new[] { 3, 4 })]
    [InlineData(false, new[] { All, Acc, Acc }, new[] { 0 })]
    [InlineData(false, new[] { All }, new[] { 0 })]
    public void So_many_disks_can_be_lost(bool survives, MemberRoles[] members, int[] damaged) =>
        Assert.Equal(survives, FairPlan.Survives(members, damaged));

    [Theory]
    [InlineData(true, new[] { All, All, Acc, Acc }, new[] { 2 })]
    [InlineData(false, new[] { All, All, Acc, Acc }, new[] { 2, 3 })]
    [InlineData(false, new[] { All, All, Acc }, new[] { 2 })]
    [InlineData(false, new[] { All, All, All, Pro }, new[] { 3 })]
    [InlineData(true, new[] { All, All, All, Lea }, new[] { 3 })]
    public void So_many_members_can_run_twice(bool may, MemberRoles[] members, int[] doubled) =>
        Assert.Equal(may, FairPlan.MayDouble(members, doubled));

    [Fact]
    public void What_can_be_lost_or_run_twice_depends_on_the_rule()
    {
        MemberRoles[] four = [All, All, All, Acc | Lea];

        Assert.True(FairPlan.Survives(four, [3], QuorumRule.Grid(2, 2)));
        Assert.False(FairPlan.Survives(four, [3], QuorumRule.Grid(1, 4)));
        Assert.False(FairPlan.Survives(four, [3], QuorumRule.Flexible(4, 1)));
        Assert.True(FairPlan.MayDouble(four, [3], QuorumRule.Flexible(4, 2)));
        Assert.False(FairPlan.MayDouble(four, [3], QuorumRule.Flexible(3, 2)));
        Assert.False(FairPlan.MayDouble(four, [3], QuorumRule.Grid(2, 2)));
    }

    [Fact]
    public void A_lease_outlasts_the_worst_clocks_within_the_bound()
    {
        var options = new ProtocolOptions();
        var drift = FairPlan.DriftBound(options) / 1e6;

        var acceptor = options.LeaseDuration / (1 + drift);
        var leader = (options.LeaseDuration - options.LeaseDriftMax) / (1 - drift);

        Assert.True(leader < acceptor, $"{leader} and {acceptor}");
        Assert.True(drift > 0.04, $"{drift}: the bound is far from what would still do");
    }

    [Fact]
    public void What_is_unfair_is_named()
    {
        var fair = new SimulationPlan { Seed = 1, Members = [All, All, All], Duration = TimeSpan.FromSeconds(8) };

        Assert.Null(FairPlan.Problem(fair with { Faults = [new WipedDisk(Later, 1, Down)] }));
        AssertUnfair("damaged for good", fair, new WipedDisk(Later, 1, Down), new FlippedBits(Later, 2, Down, 1, 1));
        AssertUnfair("run twice", fair, new ClonedIdentity(Later, 1, Down));
        AssertUnfair(
            "copied over itself", fair with { Members = [All, All, All, Lea] },
            new ClonedDisk(Later, 3, Down, 0), new ClonedDisk(Later + (2 * Down), 0, Down, 3));
        AssertUnfair("genesis", fair, new WipedDisk(TimeSpan.FromSeconds(1), 1, Down));
        AssertUnfair("outlives", fair, new Pause(TimeSpan.FromSeconds(7.5), 1, Down));
        AssertUnfair("of 3 acceptors", fair with { Quorums = QuorumRule.Flexible(1, 2) });
        AssertUnfair(
            "damaged for good", fair with { Quorums = QuorumRule.Flexible(3, 1) }, new WipedDisk(Later, 1, Down));
        AssertUnfair("no machine has a store", fair, new OldStore(Later, 1, Down, Down, false));
        AssertUnfair("don't learn", fair with { Members = [All, All, All, Acc] }, new CreateGroup(Later, 1));
        AssertUnfair("drift", fair with { ClockDriftMax = 60_000 });
    }

    private static void AssertUnfair(string problem, SimulationPlan plan, params Fault[] faults) =>
        Assert.Contains(problem, FairPlan.Problem(plan with { Faults = faults }), StringComparison.Ordinal);
}
