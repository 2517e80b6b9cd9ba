using PaxosSM.Quorums;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

public sealed class SwarmPlansTests
{
    private const int Seeds = 3000;

    private static readonly SwarmOptions Wild = new() { Seconds = 12 };

    [Fact]
    public void A_seed_gives_one_plan()
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            Assert.Equal(Text(seed, Wild), Text(seed, Wild with { }));
        }

        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(seed => Text((ulong)seed, Wild)).Distinct().Count());
    }

    [Theory]
    [InlineData(SwarmProfile.Swarm, 1)]
    [InlineData(SwarmProfile.Swarm, 12)]
    [InlineData(SwarmProfile.Swarm, 60)]
    [InlineData(SwarmProfile.Default, 60)]
    [InlineData(SwarmProfile.Calm, 12)]
    public void Every_plan_is_fair_and_well_formed(SwarmProfile profile, int seconds)
    {
        for (var seed = 0UL; seed < Seeds / 6; seed++)
        {
            var plan = SwarmPlans.Of(seed, new() { Profile = profile, Seconds = seconds });

            Assert.True(FairPlan.Problem(plan) is null, $"seed {seed}: {FairPlan.Problem(plan)}");
            Assert.Equal(TimeSpan.FromSeconds(seconds), plan.Duration);
            Assert.Equal(plan.Faults.OrderBy(fault => fault.At), plan.Faults);
            Assert.All(plan.Faults, fault => Assert.InRange(FaultSpan.End(fault), TimeSpan.Zero, plan.Duration));
            Assert.All(plan.Faults.OfType<Cut>(), cut => Assert.NotEmpty(cut.Links));
            Assert.InRange(plan.Clients.Streams, 0, plan.Clients.Count);
            Assert.True(plan.Protocol.ElectionTimeout >= 3 * plan.Protocol.HeartbeatInterval);
            Assert.True(plan.Protocol.LeaseDuration == TimeSpan.Zero
                || plan.Protocol.LeaseDriftMax < plan.Protocol.LeaseDuration);
            plan.Log.Validate();
            _ = SimulationScript.Write(plan);
        }
    }

    [Fact]
    public void Each_kind_of_fault_is_in_many_plans_and_missing_in_many()
    {
        var kinds = Plans(Wild).Select(plan => plan.Faults.Select(FaultKind.Of).ToHashSet()).ToList();

        FaultKind[] rare =
        [
            FaultKind.Of<ClonedIdentity>(), FaultKind.Of<OldStore>(), FaultKind.Of<RemoveGroup>(),
            FaultKind.Of<Force>(),
        ];
        Assert.All(FaultKind.All.Except(rare), kind =>
            Assert.InRange(kinds.Count(each => each.Contains(kind)), Seeds / 8, Seeds / 2));
        Assert.All(rare, kind => Assert.InRange(kinds.Count(each => each.Contains(kind)), Seeds / 50, Seeds / 2));
        Assert.InRange(kinds.Count(each => each.Count == 0), Seeds / 8, Seeds / 3);
    }

    [Fact]
    public void The_three_partial_partitions_occur()
    {
        var shapes = Plans(Wild)
            .Where(plan => plan.Members.Count == 5)
            .SelectMany(plan => plan.Faults.OfType<Cut>())
            .Select(cut => cut.Links.Count)
            .ToHashSet();

        Assert.Contains(12, shapes); // four nodes that hear only the fifth
        Assert.Contains(14, shapes); // and one of them nobody
    }

    [Fact]
    public void Few_and_many_members_calm_and_harsh_worlds_occur()
    {
        var plans = Plans(Wild).ToList();

        Assert.Contains(plans, plan => plan.Members.Count == 1);
        Assert.Contains(plans, plan => plan.Members.Count >= 9);
        Assert.Contains(plans, plan => plan.Faults.Count > 200);
        Assert.Contains(plans, plan => plan.Network is { LossPermille: > 80, KeepsOrder: false });
        Assert.InRange(plans.Count(plan => plan.Protocol.LeaseDuration == TimeSpan.Zero), Seeds / 4, Seeds / 2);
        Assert.InRange(plans.Count(plan => plan.Network.Encodes), Seeds / 6, Seeds / 3);
        Assert.InRange(plans.Count(plan => plan.Quorums.Kind == QuorumKind.Flexible), Seeds / 20, Seeds / 4);
        Assert.InRange(plans.Count(plan => plan.Quorums.Kind == QuorumKind.Grid), Seeds / 40, Seeds / 4);
    }

    [Fact]
    public void A_calm_swarm_breaks_nothing() =>
        Assert.All(Plans(new() { Profile = SwarmProfile.Calm }), plan =>
        {
            Assert.Empty(plan.Faults);
            Assert.Equal(0, plan.Network.LossPermille + plan.Network.DuplicatePermille + plan.Network.LatePermille);
            Assert.True(plan.Network.KeepsOrder);
        });

    [Fact]
    public void The_default_profile_is_three_nodes_with_default_settings()
    {
        var plan = SwarmPlans.Of(7, SwarmOptions.Default with { Seconds = 60 });

        Assert.Equal([MemberRoles.All, MemberRoles.All, MemberRoles.All], plan.Members);
        Assert.Equal(new(), plan.Protocol);
        Assert.Equal(100, plan.Clients.RatePerSecond);
        Assert.InRange(plan.Faults.Count, 8, 40);
    }

    [Fact]
    public void Only_the_kinds_asked_for_occur()
    {
        FaultKind[] only = [FaultKind.Of<Crash>(), FaultKind.Of<WipedDisk>()];
        var kinds = Plans(Wild with { Only = only }).SelectMany(plan => plan.Faults).Select(FaultKind.Of).Distinct();

        Assert.Equivalent(only, kinds);
    }

    private static IEnumerable<SimulationPlan> Plans(SwarmOptions options) =>
        Enumerable.Range(0, Seeds).Select(seed => SwarmPlans.Of((ulong)seed, options));

    private static string Text(ulong seed, SwarmOptions options) =>
        SimulationScript.Write(SwarmPlans.Of(seed, options));
}
