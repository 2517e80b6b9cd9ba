using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Measuring;

/// <summary>What is measured agrees with what arithmetic says about one leader.</summary>
public sealed class MeasureTests
{
    private static readonly SteadyLoad Light = new() { ClientsPerNode = 1, InFlight = 1 };

    // The leader sends every payload to all others; heads, results and signs of life take little beside.
    [Theory]
    [InlineData(3, 6_250_000)]
    [InlineData(5, 12_500_000)]
    [InlineData(5, 25_000_000)]
    public void The_leaders_link_bounds_the_throughput(int members, long bytesPerSecond)
    {
        var script = Script("five-nodes-1gbit");
        var plan = script with
        {
            Members = [.. script.Members.Take(members)],
            Network = script.Network with { LinkBytesPerSecond = bytesPerSecond },
            Duration = TimeSpan.FromSeconds(10),
        };
        SteadyLoad load = new() { InFlight = 4 };

        var measured = Simulator.Measure(plan, load);

        Assert.Null(measured.Violation);
        Assert.Equal(0, measured.All.Failed);
        var bound = bytesPerSecond / ((members - 1.0) * load.PayloadBytes);
        Assert.InRange(measured.All.Completed / measured.Span.TotalSeconds, 0.97 * bound, bound);
        Assert.InRange(Busy(measured.Nodes[measured.Leader].BytesSent), 0.98, 1.02);
        Assert.All(
            measured.Nodes.Where((_, place) => place != measured.Leader),
            node => Assert.True(Busy(node.BytesSent) < 0.3));

        double Busy(long bytes) => bytes / measured.Span.TotalSeconds / bytesPerSecond;
    }

    [Fact]
    public void Without_a_bandwidth_nothing_waits_for_links_and_bytes_are_counted_still()
    {
        var script = Script("five-nodes-1gbit");
        SteadyLoad load = new() { ClientsPerNode = 1, InFlight = 1 };
        var plan = script with { Network = new(), Duration = TimeSpan.FromSeconds(1) };

        var measured = Simulator.Measure(plan, load);

        var leader = measured.Nodes[measured.Leader];
        var payloads = measured.All.Completed * load.PayloadBytes;
        Assert.InRange(leader.BytesSent, 4.0 * payloads, 4.2 * payloads);
        Assert.InRange(leader.BytesReceived, 1.0 * payloads, 1.1 * payloads);
        Assert.InRange(measured.All.Longest.TotalMilliseconds, 1, 10);
    }

    [Fact]
    public void What_clients_send_and_are_told_goes_over_their_nodes_link()
    {
        var plan = Script("three-regions") with { Members = [MemberRoles.All], Regions = [] };

        var measured = Simulator.Measure(plan with { Duration = TimeSpan.FromSeconds(1) }, Light);

        var alone = Assert.Single(measured.Nodes);
        Assert.InRange(alone.BytesReceived / measured.All.Completed, Light.PayloadBytes, Light.PayloadBytes + 100);
        Assert.InRange(alone.BytesSent / measured.All.Completed, 25, 100);
    }

    // Where no link is busy, a command goes to the leader, the leader asks the nearest quorum, and the news come back.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Latency_over_regions_is_the_sum_of_the_ways(ulong seed)
    {
        const double LocalMax = 3;
        var plan = Script("three-regions") with { Seed = seed };
        double[][] distances = [[0, 20, 40], [20, 0, 45], [40, 45, 0]];

        var measured = Simulator.Measure(plan, Light);

        Assert.Null(measured.Violation);
        var leader = distances[measured.Leader];
        for (var region = 0; region < 3; region++)
        {
            var ways = (2 * leader[region]) + (2 * leader.Where(distance => distance > 0).Min());
            var commands = measured.Regions[region];
            Assert.Equal(region, measured.Nodes[region].Region);
            Assert.Equal(commands, measured.Nodes[region].Commands);
            Assert.InRange(commands.Median.TotalMilliseconds, ways, (1.02 * ways) + LocalMax);
            Assert.InRange(commands.P99, commands.Median, commands.Longest);
            Assert.InRange(
                commands.Completed,
                plan.Duration / commands.Longest - 1,
                plan.Duration / TimeSpan.FromMilliseconds(ways));
        }
    }

    [Fact]
    public void An_open_loop_begins_as_many_as_it_was_told()
    {
        var plan = Script("three-regions");

        var measured = Simulator.Measure(plan, new() { ClientsPerNode = 4, RatePerSecond = 100, PayloadBytes = 10 });

        Assert.All(
            measured.Nodes, node => Assert.InRange(node.Commands.Completed / measured.Span.TotalSeconds, 95, 105));
    }

    [Fact]
    public void Only_the_members_that_were_named_have_clients()
    {
        var plan = Script("three-regions");

        var measured = Simulator.Measure(plan, Light with { Places = [2] });

        Assert.Equal([false, false, true], measured.Nodes.Select(node => node.Commands.Completed > 0));
        Assert.Equal(measured.All, measured.Regions[2]);
        Assert.Equal(new(0, 0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), measured.Regions[0]);
    }

    [Fact]
    public void A_fault_shows_in_the_longest_wait()
    {
        var plan = Script("three-regions") with
        {
            Regions = [],
            Distances = [],
            Duration = TimeSpan.FromSeconds(12),
        };
        SteadyLoad load = new() { ClientsPerNode = 1, RatePerSecond = 20, PayloadBytes = 10 };
        var calm = Simulator.Measure(plan, load);
        IEnumerable<int> others = [(calm.Leader + 1) % 3, (calm.Leader + 2) % 3];
        var cut = new Cut(
            TimeSpan.FromSeconds(5),
            TimeSpan.FromSeconds(5),
            [.. others.SelectMany(other => new DirectedLink[] { new(calm.Leader, other), new(other, calm.Leader) })],
            Noticed: false);

        var troubled = Simulator.Measure(plan with { Faults = [cut] }, load);

        Assert.InRange(calm.All.Longest, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
        Assert.InRange(troubled.All.Longest, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7));
        Assert.All(others, other => Assert.InRange(
            troubled.Nodes[other].Commands.Longest, plan.Protocol.ElectionTimeout / 2, TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void A_measurement_is_a_function_of_plan_and_load()
    {
        var plan = Script("three-regions") with { Duration = TimeSpan.FromSeconds(3) };

        var (one, other) = (Simulator.Measure(plan, new()), Simulator.Measure(plan, new()));

        Assert.Equal(one.Nodes, other.Nodes);
        Assert.Equal(one.All, other.All);
        Assert.NotEqual(one.All, Simulator.Measure(plan with { Seed = 2 }, new()).All);
    }

    [Fact]
    public void Members_that_are_no_learners_have_no_clients()
    {
        const MemberRoles Votes = MemberRoles.Proposer | MemberRoles.Acceptor;
        var plan = Script("three-regions") with { Members = [MemberRoles.All, Votes, MemberRoles.Learner] };

        var measured = Simulator.Measure(plan, Light);

        Assert.Null(measured.Violation);
        Assert.Equal([true, false, true], measured.Nodes.Select(node => node.Commands.Completed > 0));
    }

    internal static SimulationPlan Script(string name) => SimulationScript.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Measuring", $"{name}.txt")));
}
