using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>A quorum that is lost for ever in a simulated cluster, and survivors that go on (R33).</summary>
public sealed class ForceTests
{
    private static readonly SimulationPlan Five = new()
    {
        Seed = 5,
        Members = [MemberRoles.All, MemberRoles.All, MemberRoles.All, MemberRoles.All, MemberRoles.All],
        Duration = TimeSpan.FromSeconds(7),
    };

    [Fact]
    public void Survivors_go_on_whatever_becomes_of_the_others()
    {
        long failed = 0, refused = 0;
        for (var chance = 1UL; chance <= 6; chance++)
        {
            var result = Run(chance, 1, 3);

            Assert.True(result.Violation is null, $"chance {chance}: {result.Violation?.Text}");
            Assert.Equal(1, result.Counts["forced epochs"]);
            Assert.True(result.Counts["epochs begun"] >= 2, $"chance {chance}: no epoch was begun");
            failed += result.Counts.GetValueOrDefault("steps of forcing that failed");
            refused += result.Counts.GetValueOrDefault("connections refused");
        }

        Assert.True(failed > 0 && refused > 0, $"{failed} steps failed, {refused} connections were refused");
    }

    [Fact]
    public void What_a_survivor_never_learned_is_lost_and_its_clients_are_told_nothing_else()
    {
        List<DirectedLink> links = [];
        for (var place = 0; place < 4; place++)
        {
            links.AddRange([new(place, 4), new(4, place)]);
        }

        var result = Run(1, [new Cut(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1), links, true)], 4);

        Assert.Null(result.Violation);
        Assert.True(result.Counts["acknowledged commands lost"] > 10);
        Assert.Equal(0, result.Counts["slots lost that a survivor had applied"]);
    }

    [Fact]
    public void A_quorum_that_is_there_after_all_goes_on_with_everything()
    {
        var result = Run(1, 0, 2, 4);

        Assert.Null(result.Violation);
        Assert.Equal(1, result.Counts["forced epochs given up"]);
        Assert.False(result.Counts.ContainsKey("acknowledged commands lost"));
    }

    [Fact]
    public void What_no_survivors_outlive_is_unfair()
    {
        Assert.Null(FairPlan.Problem(With(1, [], 0)));
        Assert.NotNull(FairPlan.Problem(With(1, [], 0, 1, 2, 3, 4)));
        Assert.NotNull(FairPlan.Problem(With(1, [new CreateGroup(TimeSpan.FromSeconds(1), 1)], 0)));
        Assert.NotNull(FairPlan.Problem(
            With(1, [new WipedDisk(TimeSpan.FromSeconds(3), 1, TimeSpan.FromSeconds(1))], 0)));
    }

    private static SimulationResult Run(ulong chance, params int[] survivors) => Run(chance, [], survivors);

    private static SimulationResult Run(ulong chance, Fault[] before, params int[] survivors) =>
        Simulator.Run(With(chance, before, survivors));

    private static SimulationPlan With(ulong chance, Fault[] others, params int[] survivors)
    {
        Force force = new(TimeSpan.FromSeconds(2.4), survivors, TimeSpan.FromSeconds(1), chance);
        return Five with { Faults = [.. others.Append(force).OrderBy(fault => fault.At)] };
    }
}
