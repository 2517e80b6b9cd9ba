using System.Diagnostics;
using System.Globalization;
using PaxosSM.Cli;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>A seed is all that decides a run.</summary>
public sealed class DeterminismTests
{
    private static readonly SwarmOptions Swarm = new() { Seconds = 5 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_seed_gives_the_same_events_twice(ulong seed)
    {
        var (one, other) = (new List<string>(), new List<string>());
        var first = Simulator.Run(SwarmPlans.Of(seed, Swarm), new() { Trace = one.Add });
        var second = Simulator.Run(SwarmPlans.Of(seed, Swarm), new() { Trace = other.Add });

        Assert.Equal(one, other);
        Assert.Equal(first.EventHash, second.EventHash);
        Assert.NotEmpty(one);
    }

    [Fact]
    public void A_trace_that_nobody_reads_changes_nothing() => Assert.Equal(
        Simulator.Run(SwarmPlans.Of(6, Swarm)).EventHash,
        Simulator.Run(SwarmPlans.Of(6, Swarm), new() { Trace = _ => { } }).EventHash);

    [Fact]
    public void Other_seeds_give_other_events() => Assert.Equal(
        6, Enumerable.Range(1, 6).Select(seed => Simulator.Run(SwarmPlans.Of((ulong)seed, Swarm)).EventHash)
            .Distinct().Count());

    [Theory]
    [InlineData(1, "1")]
    [InlineData(7, "4")]
    public async Task Another_process_with_other_cores_gives_the_same_events(ulong seed, string cores)
    {
        var expected = Simulator.Run(SwarmPlans.Of(seed, Swarm)).EventHash;
        var program = typeof(CommandLine).Assembly.Location;
        string[] arguments = ["exec", program, "simulate", "--seed", $"{seed}", "--seconds", "5", "--hash"];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_PROCESSOR_COUNT"] = cores, ["DOTNET_TieredCompilation"] = "0" },
        };

        using var process = Process.Start(start)!;
        var told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(expected.ToString("x16", CultureInfo.InvariantCulture), told.Trim());
    }
}
