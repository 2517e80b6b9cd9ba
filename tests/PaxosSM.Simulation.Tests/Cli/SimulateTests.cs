using PaxosSM.Cli;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Cli;

/// <summary>The command line, with a simulator that breaks whatever a test wants.</summary>
public sealed class SimulateTests : IDisposable
{
    private static readonly SwarmOptions Swarm = new() { Seconds = 7, Profile = SwarmProfile.Calm };
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Fact]
    public void Rows_come_in_the_order_of_seeds_whoever_is_faster()
    {
        var status = new SeedsRun(Settings(_ => false) with { Threads = 8 }, _output, _errors).Run();

        var rows = Lines(_output).Skip(1).TakeWhile(line => line.Contains("holds", StringComparison.Ordinal));
        Assert.Equal(ExitStatus.Good, status);
        Assert.Equal(
            Enumerable.Range(100, 40).Select(seed => $"{seed}"),
            rows.Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
        Assert.Contains("seeds        40, 0 violations", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_violation_is_told_with_the_command_that_replays_it()
    {
        var settings = Settings(_ => false) with { Swarm = Swarm with { Only = [FaultKind.Of<Crash>()] } };
        var bad = SimulationScript.Write(SwarmPlans.Of(105, settings.Swarm));
        settings = settings with { Simulate = (plan, _) => Result(SimulationScript.Write(plan) == bad) };

        var status = new SeedsRun(settings, _output, _errors).Run();

        Assert.Equal(ExitStatus.Violation, status);
        Assert.Contains(
            "105: I1 agreement is broken at 3.000000 s: two values", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "simulate --seed 105 --seconds 7 --profile calm --only crash --trace",
            _errors.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_simulator_does_not_survive_is_a_violation()
    {
        var settings = Settings(_ => false) with { Simulate = (_, _) => throw new InvalidOperationException("oh") };

        var status = new SingleRun(settings, Show.Row, _output, _errors).Seed(7);

        Assert.Equal(ExitStatus.Violation, status);
        Assert.Contains("exception InvalidOperationException", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_failures_end_a_run_early()
    {
        var settings = Settings(_ => true) with { Seeds = 100_000, Threads = 2 };

        Assert.Equal(ExitStatus.Violation, new SeedsRun(settings, _output, _errors).Run());

        Assert.InRange(Lines(_output).Length, 10, 40);
    }

    [Fact]
    public void A_failing_seed_becomes_a_short_script_that_fails_too()
    {
        var folder = Directory.CreateTempSubdirectory("paxossm-scripts");
        try
        {
            var settings = Settings(plan => plan.Faults.Any(fault => fault is Crash)) with
            {
                Swarm = new() { Seconds = 60, Only = [FaultKind.Of<Crash>(), FaultKind.Of<Pause>()] },
                Minimizes = true,
                MinimizerRuns = 400,
                Folder = folder.FullName,
            };
            var seed = Enumerable.Range(0, 1000).Select(number => (ulong)number)
                .First(number => SwarmPlans.Of(number, settings.Swarm).Faults.OfType<Crash>().Count() > 20);

            Assert.Equal(ExitStatus.Violation, new SingleRun(settings, Show.Row, _output, _errors).Seed(seed));
            var script = Assert.Single(folder.GetFiles());
            Assert.Equal($"{seed}-i1-agreement.txt", script.Name);
            _ = Assert.Single(SimulationScript.Parse(File.ReadAllText(script.FullName)).Faults);
            Assert.Equal(
                ExitStatus.Violation, new SingleRun(settings, Show.Row, _output, _errors).Script(script.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_single_run_prints_what_was_asked_for()
    {
        var settings = Settings(_ => false);

        Assert.Equal(ExitStatus.Good, new SingleRun(settings, Show.Hash, _output, _errors).Seed(7));
        Assert.Equal($"{new string('0', 13)}abc\n", _output.ToString());
        Assert.Equal(ExitStatus.Good, new SingleRun(settings, Show.Trace, _output, _errors).Seed(7));
        Assert.Contains("an event\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Good, new SingleRun(settings, Show.Script, _output, _errors).Seed(7));
        Assert.EndsWith(SimulationScript.Write(Of(7)), _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("simulate")]
    [InlineData("simulate --seeds 0")]
    [InlineData("simulate --seeds 5 --seed 7")]
    [InlineData("simulate --seed 7 --seconds 0")]
    [InlineData("simulate --seed 7 --first-seed 7")]
    [InlineData("simulate --seed 7 --profile wild")]
    [InlineData("simulate --seed 7 --trace --hash")]
    [InlineData("simulate --seed 7 --only crush")]
    [InlineData("simulate --seeds 7 --trace")]
    [InlineData("simulate --seeds 7 --threads 0")]
    [InlineData("simulate --script x.txt --seconds 5")]
    [InlineData("simulate --script there-is-no-such-file.txt")]
    [InlineData("simulate --seed 7 --nonsense")]
    [InlineData("stimulate --seed 7")]
    [InlineData("measure")]
    [InlineData("measure --script there-is-no-such-file.txt")]
    [InlineData("measure --script Measuring/three-regions.txt --clients 0")]
    [InlineData("measure --script Measuring/three-regions.txt --rate 0")]
    [InlineData("measure --script Measuring/three-regions.txt --places 3")]
    public async Task Bad_usage_has_a_status_of_its_own(string arguments) =>
        Assert.Equal(ExitStatus.BadUsage, await CommandLine.Run(arguments.Split(' '), _errors));

    [Theory]
    [InlineData("simulate --seed 7 --print-script")]
    [InlineData("simulate --help")]
    [InlineData("measure --help")]
    [InlineData("measure --script Measuring/three-regions.txt --places 0 2 --clients 1 --rate 10")]
    public async Task Good_usage_ends_well(string arguments) =>
        Assert.Equal(ExitStatus.Good, await CommandLine.Run(arguments.Split(' '), _errors));

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    private static SimulationPlan Of(ulong seed) => SwarmPlans.Of(seed, Swarm);

    private static SimulateSettings Settings(Func<SimulationPlan, bool> breaks) => new()
    {
        Seeds = 40,
        FirstSeed = 100,
        Swarm = Swarm,
        Simulate = (plan, trace) =>
        {
            trace?.Invoke("an event");
            return Result(breaks(plan));
        },
    };

    private static SimulationResult Result(bool isBroken) => new(
        isBroken ? new("I1 agreement", TimeSpan.FromSeconds(3), "two values", ["the last event"]) : null,
        0xabc,
        new SortedDictionary<string, long> { ["commands"] = 5 },
        TimeSpan.FromSeconds(8));

    private static string[] Lines(StringWriter writer) =>
        writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
