using System.Collections.Immutable;
using PaxosSM.Runtime.Groups;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>Groups that come and go in a simulated cluster, and what would be wrong with them.</summary>
public sealed class GroupsTests
{
    private static readonly SimulationPlan Three = new()
    {
        Seed = 7,
        Members = [MemberRoles.All, MemberRoles.All, MemberRoles.All],
        Duration = TimeSpan.FromSeconds(6),
    };

    [Fact]
    public void Groups_are_made_and_removed_while_processes_die()
    {
        var result = Simulator.Run(Three with
        {
            Faults =
            [
                new CreateGroup(At(0.8), 1), new CreateGroup(At(1), 2), new Crash(At(2), 0, At(0.3), 4, true),
                new RemoveGroup(At(2.5), 1), new Crash(At(2.52), 1, At(1), 3, false), new CreateGroup(At(3), 1),
                new Crash(At(4), 2, At(0.2), 0, true),
            ],
        });

        Assert.Null(result.Violation);
        Assert.True(result.Counts["groups started"] >= 9, $"{result.Counts["groups started"]} groups started");
        Assert.InRange(result.Counts["groups stopped"], 2, 3);
    }

    [Fact]
    public void A_number_that_comes_back_is_found()
    {
        World world = new(1);
        CatalogHistory history = new(world);
        Apply(history, 1, 1024);
        Apply(history, 2);
        Assert.Null(world.Broken);

        Apply(history, 3, 1024);

        Assert.Contains("g1024, which was removed", world.Broken!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Catalogs_that_differ_are_found()
    {
        World world = new(1);
        CatalogHistory history = new(world);
        Apply(history, 1, 1024);
        Apply(history, 1, 1024);
        Assert.Null(world.Broken);

        Apply(history, 1, 1025);

        Assert.Contains("another", world.Broken!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_starts_what_was_removed_before_it_is_found()
    {
        World world = new(1);
        CatalogHistory history = new(world);
        Apply(history, 1, 1024);
        Apply(history, 2);
        history.OnStarts("n1", startedAt: 0, new(1024));
        Assert.Null(world.Broken);

        history.OnStarts("n1", startedAt: 1, new(1024));

        Assert.Equal("R13 no removed group comes back", world.Broken!.Property);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static void Apply(CatalogHistory history, long slot, params ulong[] groups)
    {
        Configuration nobody = new(Epoch.First, []);
        CommandContext context = new(GroupId.Default, new(slot), 0, default, default, 1, new NoTimers());
        history.OnApplied(
            "n0",
            in context,
            groups.ToImmutableSortedDictionary(
                group => $"{group}", group => new GroupInfo(new(group), $"{group}", string.Empty, nobody)));
    }
}
