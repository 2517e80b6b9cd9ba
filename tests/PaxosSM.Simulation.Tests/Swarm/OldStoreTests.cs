using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>Older copies of machines' own stores, put back while their nodes are down (R27).</summary>
public sealed class OldStoreTests
{
    private static readonly SimulationPlan Stored = new()
    {
        Seed = 11,
        Members = [MemberRoles.All, MemberRoles.All, MemberRoles.All],
        OwnStores = true,
        SnapshotSlots = 20,
        Protocol = new() { TrimTailSlots = 0 },
        Duration = TimeSpan.FromSeconds(6),
    };

    [Fact]
    public void A_store_from_before_the_log_is_replaced_by_a_snapshot()
    {
        var result = Simulator.Run(Stored with { Faults = [Old(refuses: false)] });

        Assert.Null(result.Violation);
        Assert.Equal(1, result.Counts["stores put back"]);
        Assert.True(result.Counts["snapshots restored"] > 0);
        Assert.False(result.Counts.ContainsKey("stores refused"));
    }

    [Fact]
    public void A_machine_that_cannot_restore_refuses_it_and_goes_on_with_its_own()
    {
        var result = Simulator.Run(Stored with { Faults = [Old(refuses: true)] });

        Assert.Null(result.Violation);
        Assert.Equal(1, result.Counts["stores refused"]);
    }

    [Fact]
    public void A_command_that_is_left_out_is_found()
    {
        World world = new(1);
        Witness witness = new(world);
        CommandContext context = new(GroupId.Default, new(5), 0, default, default, 1, new NoTimers());
        witness.OnApplied("n0", in context, default, []);
        witness.CheckFollows("n1", new(5), new(9));
        witness.CheckFollows("n1", new(1), new(5));
        Assert.Null(world.Broken);

        witness.CheckFollows("n1", new(4), new(6));

        Assert.Equal("R27 never silently on", world.Broken!.Property);
    }

    private static OldStore Old(bool refuses) => new(
        TimeSpan.FromSeconds(1.5), 1, TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(300), refuses);
}
