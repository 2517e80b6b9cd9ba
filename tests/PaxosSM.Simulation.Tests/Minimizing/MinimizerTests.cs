using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Minimizing;

public sealed class MinimizerTests
{
    private static readonly SwarmOptions Long = new() { Seconds = 60 };

    [Fact]
    public void Two_faults_that_matter_are_found_among_hundreds()
    {
        var plan = Plan(seed => seed.Faults.Count > 150 && seed.Members.All(roles => roles == MemberRoles.All)
            && seed.Faults.OfType<Crash>().Any() && seed.Faults.OfType<SlowDisk>().Any());
        var result = Reduce(plan, Breaks("I1 agreement", candidate =>
            candidate.Faults.OfType<Crash>().Any() && candidate.Faults.OfType<SlowDisk>().Any()));

        Assert.True(result.IsMinimal);
        Assert.Equal(2, result.Plan.Faults.Count);
        Assert.Equal((0, false), Mild(result.Plan.Faults.OfType<Crash>().Single()));
        Assert.Equal(1, result.Plan.Faults.OfType<SlowDisk>().Single().Factor);
        Assert.Equal(new(), result.Plan.Protocol);
        Assert.Equal(new(), result.Plan.Network);
        Assert.Equal(1, result.Plan.Clients.Count);
        int[] broken =
            [result.Plan.Faults.OfType<Crash>().Single().Node, result.Plan.Faults.OfType<SlowDisk>().Single().Node];
        Assert.Equal(broken.Distinct().Count(), result.Plan.Members.Count);
        Assert.True(result.Plan.Faults.All(fault => FaultSpan.End(fault) <= result.Plan.Duration));
    }

    [Fact]
    public void What_matters_stays()
    {
        var plan = Plan(seed => seed.Network.LossPermille > 20 && seed.Members.Count == 5 && seed.Faults.Count > 20);
        var result = Reduce(plan, Breaks("I3 stability", candidate =>
            candidate.Network.LossPermille > 20 && candidate.Members.Count >= 3 && candidate.Clients.RatePerSecond >= 3
            && candidate.Duration > TimeSpan.FromSeconds(5)));

        Assert.Empty(result.Plan.Faults);
        Assert.Equal(3, result.Plan.Members.Count);
        Assert.Equal(plan.Network.LossPermille, result.Plan.Network.LossPermille);
        Assert.Equal(new() { LossPermille = plan.Network.LossPermille }, result.Plan.Network);
        Assert.InRange(result.Plan.Clients.RatePerSecond, 3, 6);
        Assert.InRange(result.Plan.Duration, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Another_property_is_another_failure()
    {
        var plan = Plan(seed => seed.Faults.Count > 10);
        var result = Reduce(plan, candidate => Broken(candidate.Faults.Count > 9 ? "I1 agreement" : "I2 validity"));

        Assert.Equal(10, result.Plan.Faults.Count);
        Assert.Equal("I1 agreement", result.Violation.Property);
    }

    [Fact]
    public void Nodes_that_move_up_keep_their_faults()
    {
        var plan = new SimulationPlan
        {
            Seed = 1,
            Members = [MemberRoles.All, MemberRoles.All, MemberRoles.All, MemberRoles.Learner],
            Regions = [0, 1, 0, 1],
            Distances = [TimeSpan.FromMilliseconds(20)],
            Faults =
            [
                new Pause(TimeSpan.FromSeconds(1), 3, TimeSpan.FromSeconds(1)),
                new ClonedDisk(TimeSpan.FromSeconds(3), 3, TimeSpan.FromSeconds(1), 1),
                new Cut(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(1), [new(0, 2), new(2, 0), new(1, 3)], false),
            ],
        };

        var smaller = PlanPasses.Without(plan, 0);
        var smallest = PlanPasses.Without(smaller, 0);

        Assert.Equal([MemberRoles.All, MemberRoles.All, MemberRoles.Learner], smaller.Members);
        Assert.Equal([1, 0, 1], smaller.Regions);
        Assert.Equal(
            ["1s pause n2 for=1s", "3s cloned-disk n2 down=1s source=n0", "4s cut for=1s links=n0>n2"],
            smaller.Faults.Select(SimulationScript.Show));
        Assert.Equal(["1s pause n1 for=1s"], smallest.Faults.Select(SimulationScript.Show));
    }

    [Fact]
    public void A_fair_plan_stays_fair()
    {
        var plan = Plan(seed => seed.Members.Count >= 5 && seed.ClockDriftMax > 0
            && seed.Faults.OfType<WipedDisk>().Any() && seed.Protocol.LeaseDuration == TimeSpan.Zero);
        var tried = new List<SimulationPlan>();
        _ = Reduce(plan, candidate =>
        {
            tried.Add(candidate);
            return Broken("I1 agreement", candidate.Faults.OfType<WipedDisk>().Any() && candidate.ClockDriftMax > 0);
        });

        Assert.NotEmpty(tried);
        Assert.All(tried, candidate => Assert.Null(FairPlan.Problem(candidate)));
    }

    [Fact]
    public void Runs_are_bounded()
    {
        var plan = Plan(seed => seed.Faults.Count > 100);
        var runs = 0;
        var minimizer = new Minimizer(
            candidate => Broken("I1 agreement", ++runs > 0 && candidate.Faults.Count >= 30), new() { RunsMax = 25 });

        var result = minimizer.Reduce(plan, Broken("I1 agreement").Violation!);

        Assert.Equal(25, runs);
        Assert.Equal(25, result.Runs);
        Assert.False(result.IsMinimal);
    }

    [Fact]
    public void The_same_failure_reduces_the_same_way()
    {
        var plan = Plan(seed => seed.Faults.Count > 50 && seed.Faults.OfType<Pause>().Any());
        Func<SimulationPlan, SimulationResult> run =
            Breaks("I6 one order", candidate => candidate.Seed % 3 == 0 || candidate.Faults.OfType<Pause>().Any());
        var progress = new List<string>();

        var one = Reduce(plan, run, step => progress.Add($"{step.Runs} {step.Pass}"));
        var again = progress.ToList();
        progress.Clear();
        var other = Reduce(plan, run, step => progress.Add($"{step.Runs} {step.Pass}"));

        Assert.Equal(SimulationScript.Write(one.Plan), SimulationScript.Write(other.Plan));
        Assert.NotEmpty(progress);
        Assert.Equal(again, progress);
    }

    [Fact]
    public void A_failure_that_needs_luck_is_given_another_seed()
    {
        var plan = Plan(seed => seed.Faults.Count > 50);
        Func<SimulationPlan, SimulationResult> lucky =
            candidate => Broken("I1 agreement", candidate.Seed == plan.Seed || candidate.Seed % 4 == 0);

        var once = new Minimizer(lucky, new() { SeedsMax = 1 }).Reduce(plan, Broken("I1 agreement").Violation!);
        var often = new Minimizer(lucky, new() { SeedsMax = 8 }).Reduce(plan, Broken("I1 agreement").Violation!);

        Assert.Equal(once.Plan.Seed, plan.Seed);
        Assert.NotNull(lucky(often.Plan).Violation);
        Assert.Empty(often.Plan.Faults);
    }

    private static (int Effects, bool PowerCut) Mild(Crash crash) => (crash.Effects, crash.PowerCut);

    private static MinimizedPlan Reduce(
        SimulationPlan plan,
        Func<SimulationPlan, SimulationResult> run,
        Action<MinimizerProgress>? progress = null) =>
        new Minimizer(run, new()).Reduce(plan, run(plan).Violation!, progress);

    private static SimulationPlan Plan(Func<SimulationPlan, bool> wanted) =>
        Enumerable.Range(0, 10_000).Select(seed => SwarmPlans.Of((ulong)seed, Long)).First(wanted);

    private static Func<SimulationPlan, SimulationResult> Breaks(string property, Func<SimulationPlan, bool> when) =>
        candidate => Broken(property, when(candidate));

    private static SimulationResult Broken(string property, bool isBroken = true) => new(
        isBroken ? new(property, TimeSpan.FromSeconds(40), "text", []) : null,
        0,
        new Dictionary<string, long>(),
        TimeSpan.FromSeconds(60));
}
