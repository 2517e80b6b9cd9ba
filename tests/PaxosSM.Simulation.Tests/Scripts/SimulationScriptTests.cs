using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Scripts;

public sealed class SimulationScriptTests
{
    private const string Small = """
        # a remark
        paxossm simulation 1
        seed 18446744073709551615
        members all all acceptor+learner
        duration 8s
        protocol.leaseDuration 0s    # no leases
        network.lossPermille 20
        network.keepsOrder no
        12.340ms crash n1 down=500ms effects=3 power-cut
        20ms cut for=2s links=n0>n1,n1>n0 noticed
        1s clock-jump n2 by=-3s
        1s cloned-disk n1 source=n0 down=7us

        """;

    [Property(MaxTest = 300)]
    public Property What_is_written_is_read_back() => Prop.ForAll(
        RandomPlans.Any(),
        plan => PlanComparison.Same(plan, SimulationScript.Parse(SimulationScript.Write(plan, "two\nremarks"))));

    [Fact]
    public void A_script_says_what_it_looks_like()
    {
        var plan = SimulationScript.Parse(Small);

        Assert.Equal(ulong.MaxValue, plan.Seed);
        Assert.Equal([MemberRoles.All, MemberRoles.All, MemberRoles.Acceptor | MemberRoles.Learner], plan.Members);
        Assert.Equal(TimeSpan.FromSeconds(8), plan.Duration);
        Assert.Equal(new() { LeaseDuration = TimeSpan.Zero }, plan.Protocol);
        Assert.Equal(new() { LossPermille = 20, KeepsOrder = false }, plan.Network);
        Assert.Equal(new ClientPlan(), plan.Clients);
        Assert.Equal(
            new Crash(TimeSpan.FromMicroseconds(12_340), 1, TimeSpan.FromMilliseconds(500), 3, PowerCut: true),
            plan.Faults[0]);
        var cut = Assert.IsType<Cut>(plan.Faults[1]);
        Assert.Equal([new(0, 1), new(1, 0)], cut.Links);
        Assert.True(cut.Noticed);
        Assert.Equal(new ClockJump(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(-3)), plan.Faults[2]);
        Assert.Equal(
            new ClonedDisk(TimeSpan.FromSeconds(1), 1, TimeSpan.FromMicroseconds(7), 0), plan.Faults[3]);
    }

    [Fact]
    public void Regions_and_their_distances_are_listed()
    {
        const string Script =
            "paxossm simulation 1\nseed 7\nmembers all all all\nregions 2 0 1\ndistances 20ms 40ms 45ms\n";

        var plan = SimulationScript.Parse(Script);

        Assert.Equal([2, 0, 1], plan.Regions);
        Assert.Equal([20, 40, 45], plan.Distances.Select(distance => distance.TotalMilliseconds));
        Assert.Equal(Script, SimulationScript.Write(plan));
    }

    [Fact]
    public void Defaults_are_left_out()
    {
        var plan = new SimulationPlan { Seed = 7, Members = [MemberRoles.All] };

        Assert.Equal("paxossm simulation 1\nseed 7\nmembers all\n", SimulationScript.Write(plan));
    }

    [Fact]
    public void Other_cultures_write_and_read_the_same()
    {
        var before = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NegativeSign) = (",", "!");
        CultureInfo.CurrentCulture = other;
        try
        {
            var plan = SimulationScript.Parse(Small);
            var text = SimulationScript.Write(plan);
            Assert.Contains("12.340ms crash n1 down=500ms", text, StringComparison.Ordinal);
            Assert.Contains("1s clock-jump n2 by=-3s", text, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Every_setting_of_every_part_can_be_said()
    {
        Type[] parts =
        [
            typeof(SimulationPlan), typeof(ProtocolOptions), typeof(Storage.LogOptions), typeof(NetworkPlan),
            typeof(DiskPlan), typeof(ClientPlan), typeof(OutboxPlan),
        ];
        string[] structure =
        [
            "Seed", "Members", "Regions", "Distances", "Faults", "Protocol", "Log", "Network", "Disk", "Clients",
            "Outbox",
        ];
        var properties = parts
            .SelectMany(part => part.GetProperties())
            .Where(property => property.CanWrite && !structure.Contains(property.Name));

        Assert.Equal(properties.Count(), PlanSetting.All.Count);
    }

    [Fact]
    public void A_time_finer_than_a_microsecond_is_refused()
    {
        var plan = new SimulationPlan { Seed = 7, Members = [MemberRoles.All], Duration = new(12_345_678) };

        _ = Assert.Throws<ArgumentException>(() => SimulationScript.Write(plan));
    }

    [Theory]
    [InlineData(2, "paxossm simulation 1", "paxossm simulation 2", "a script begins with")]
    [InlineData(3, "seed 18446744073709551615", "seed 18446744073709551616", "is no whole number")]
    [InlineData(3, "seed 18446744073709551615", "seed", "seed has no value")]
    [InlineData(4, "acceptor+learner", "acceptor+acceptor", "no roles like")]
    [InlineData(5, "duration 8s", "duration 8", "duration: \"8\" is no duration")]
    [InlineData(5, "duration 8s", "duration 1.5us", "whole microseconds")]
    [InlineData(5, "duration 8s", "duration 8s 9s", "more than one value")]
    [InlineData(7, "network.lossPermille", "network.losses", "there is no setting \"network.losses\"")]
    [InlineData(7, "network.lossPermille 20", "network.lossPermille -1", "lossPermille: \"-1\" is no whole number")]
    [InlineData(8, "network.keepsOrder no", "network.keepsOrder false", "neither yes nor no")]
    [InlineData(8, "network.keepsOrder no", "network.lossPermille 3", "was said before")]
    [InlineData(9, "crash", "crush", "there is no fault \"crush\"; there are clock-jump,")]
    [InlineData(9, "n1 down", "down", "whose? Name a node like n0")]
    [InlineData(9, "n1 down", "n3 down", "there is no n3: 3 members are named")]
    [InlineData(9, "effects=3", "", "effects= is missing")]
    [InlineData(9, "effects=3", "effects=x", "effects: \"x\" is no whole number")]
    [InlineData(9, "effects=3", "effects=3 effects=4", "effects is said twice")]
    [InlineData(9, "effects=3", "effects=3 for=3s", "a crash has no \"for\"")]
    [InlineData(9, "power-cut", "power-cut=yes", "power-cut stands alone")]
    [InlineData(9, "power-cut", "powercut", "a crash has no \"powercut\"")]
    [InlineData(9, "12.340ms", "13s", "", 10, "in the order of time")]
    [InlineData(10, "n0>n1,", "n0-n1,", "links: \"n0-n1\" is no direction like n0>n1")]
    [InlineData(10, "n0>n1,", "n0>n4,", "there is no n4")]
    [InlineData(12, "source=n0", "source=n7", "there is no n7")]
    [InlineData(12, "1s cloned-disk n1 source=n0 down=7us", "log.logId 7", "settings stand before the first fault")]
    public void What_is_wrong_is_told_with_its_line(
        int line, string good, string bad, string problem, int? toldAt = null, string? told = null)
    {
        var lines = Small.Split('\n');
        Assert.Contains(good, lines[line - 1], StringComparison.Ordinal);
        lines[line - 1] = lines[line - 1].Replace(good, bad, StringComparison.Ordinal);

        var wrong = Assert.Throws<SimulationScriptException>(() => SimulationScript.Parse(string.Join('\n', lines)));

        Assert.Equal(toldAt ?? line, wrong.Line);
        Assert.Contains(told ?? problem, wrong.Message, StringComparison.Ordinal);
        Assert.StartsWith($"line {wrong.Line}: ", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "a script begins with")]
    [InlineData("paxossm simulation 1\nmembers all", "there is no seed")]
    [InlineData("paxossm simulation 1\nseed 1", "there are no members")]
    [InlineData("paxossm simulation 1\nseed 1\n1s pause n0 for=1s", "the members stand before the first fault")]
    [InlineData("paxossm simulation 1\nseed 1\nmembers all all\nregions 0", "1 members have a region, of 2")]
    [InlineData("paxossm simulation 1\nseed 1\nmembers all\nregions 1", "the regions 0 to 0, and no other")]
    [InlineData("paxossm simulation 1\nseed 1\nmembers all\nregions x", "regions: \"x\" is no whole number")]
    [InlineData("paxossm simulation 1\nseed 1\nmembers all\ndistances 1s 2s", "too many for 2 regions")]
    [InlineData("paxossm simulation 1\nseed 1\nmembers all\ndistances -1s", "less than nothing")]
    public void What_is_missing_is_told(string script, string problem)
    {
        var wrong = Assert.Throws<SimulationScriptException>(() => SimulationScript.Parse(script));

        Assert.Contains(problem, wrong.Message, StringComparison.Ordinal);
    }
}
