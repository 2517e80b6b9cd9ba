using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Measuring;

/// <summary>How long frames wait for links, and are under way.</summary>
public sealed class LinkTests
{
    private const long BytesPerSecond = 1_000_000; // a byte a microsecond
    private static readonly SimulationPlan Plan = new()
    {
        Seed = 1,
        Members = [MemberRoles.All, MemberRoles.All, MemberRoles.All],
        Network = new() { DelayMin = 50, DelaySpread = 0, LinkBytesPerSecond = BytesPerSecond },
    };

    private readonly List<(string What, long At)> _entered = [];

    [Fact]
    public void Many_small_frames_take_as_long_as_a_large_one()
    {
        // 100 bytes take 80 ns at 10 Gbit/s: in whole microseconds they would pass in no time.
        SimulatedLink small = new(1_250_000_000);
        SimulatedLink large = new(1_250_000_000);
        var end = 0L;
        for (var frame = 0; frame < 1_000_000; frame++)
        {
            end = small.Pass(0, 100);
        }

        Assert.Equal(large.Pass(0, 100_000_000), end);
        Assert.Equal(80_000_000, end);
        Assert.Equal(100_000_000, small.Bytes);
    }

    [Fact]
    public void A_part_of_a_nanosecond_is_never_given_away()
    {
        SimulatedLink link = new(3_000_000_000);

        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(_ => link.Pass(0, 1)));
    }

    [Fact]
    public void A_link_that_was_idle_saves_nothing_up()
    {
        SimulatedLink link = new(BytesPerSecond);

        Assert.Equal(7_000, link.Pass(0, 7));
        Assert.Equal(1_007_000, link.Pass(1_000_000, 7));
    }

    [Fact]
    public void A_link_without_a_bandwidth_takes_no_time()
    {
        SimulatedLink link = new(0);

        Assert.Equal(5, link.Pass(5, 1 << 26));
        Assert.Equal(1 << 26, link.Bytes);
    }

    [Fact]
    public void A_frame_takes_the_senders_link_the_way_and_the_receivers_link()
    {
        var cluster = Cluster(Plan);

        Send(cluster, 0, 1, 1000);

        Assert.Equal([("0>1", 1000 + 50 + 1000)], Entered(cluster));
    }

    [Fact]
    public void Frames_to_two_members_share_the_senders_link()
    {
        var cluster = Cluster(Plan);

        Send(cluster, 0, 1, 1000);
        Send(cluster, 0, 2, 1000);

        Assert.Equal([("0>1", 2050), ("0>2", 3050)], Entered(cluster));
    }

    [Fact]
    public void Frames_from_two_members_share_the_receivers_link()
    {
        var cluster = Cluster(Plan);

        Send(cluster, 0, 2, 1000);
        Send(cluster, 1, 2, 500);

        Assert.Equal([("1>2", 500 + 50 + 500), ("0>2", 1050 + 1000)], Entered(cluster));
        cluster = Cluster(Plan);
        Send(cluster, 0, 2, 1000);
        Send(cluster, 1, 2, 999);
        Assert.Equal([("1>2", 999 + 50 + 999), ("0>2", 2048 + 1000)], Entered(cluster));
    }

    [Fact]
    public void What_goes_out_and_what_comes_in_do_not_meet()
    {
        var cluster = Cluster(Plan);

        Send(cluster, 0, 1, 1000);
        Send(cluster, 1, 0, 1000);

        Assert.Equal([("0>1", 2050), ("1>0", 2050)], Entered(cluster));
    }

    [Fact]
    public void Regions_are_as_far_apart_as_the_plan_says()
    {
        var plan = Plan with
        {
            Regions = [0, 2, 3],
            Distances = [.. Enumerable.Range(1, 6).Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds))],
            Network = new() { DelayMin = 50, DelaySpread = 0, DistanceSpreadPermille = 0 },
        };
        var network = Cluster(plan).Network;

        Assert.Equal(
            [0, 1, 2, 3, 1, 0, 4, 5, 2, 4, 0, 6, 3, 5, 6, 0],
            from one in Enumerable.Range(0, 4)
            from other in Enumerable.Range(0, 4)
            select (network.Travel(one, other) - 50_000) / 1_000_000);
        Assert.Equal([0, 2, 3], Enumerable.Range(0, 3).Select(network.Regions.Of));
    }

    [Fact]
    public void Chance_adds_to_a_distance_what_the_plan_allows()
    {
        var plan = Plan with
        {
            Regions = [0, 1, 1],
            Distances = [TimeSpan.FromMilliseconds(10)],
            Network = new() { DelayMin = 50, DelaySpread = 0, DistanceSpreadPermille = 100 },
        };
        var network = Cluster(plan).Network;

        var drawn = Enumerable.Range(0, 1000).Select(_ => network.Travel(0, 1) / 1000).ToList();

        Assert.InRange(drawn.Min(), 10_050, 10_060);
        Assert.InRange(drawn.Max(), 11_040, 11_050);
        Assert.Equal(50_000, network.Travel(1, 1));
    }

    [Fact]
    public void A_plan_whose_regions_do_not_fit_does_not_run() => _ = Assert.Throws<ArgumentException>(
        () => Simulator.Run(Plan with { Regions = [0, 0, 1] }));

    private static SimulatedCluster Cluster(SimulationPlan plan)
    {
        World world = new(plan.Seed);
        return new(plan, world, new(world, null), (_, _) => new IdleMachine(), null);
    }

    private void Send(SimulatedCluster cluster, int from, int to, int bytes)
    {
        var network = cluster.Network;
        var at = network.Leave(cluster.Nodes[from], bytes) + network.Travel(0, 0);
        network.Enter(cluster.Nodes[to], at, bytes, () => _entered.Add(($"{from}>{to}", cluster.World.Now)));
    }

    private (string What, long At)[] Entered(SimulatedCluster cluster)
    {
        _ = cluster.World.RunUntil(1_000_000);
        var entered = _entered.ToArray();
        _entered.Clear();
        return entered;
    }
}
