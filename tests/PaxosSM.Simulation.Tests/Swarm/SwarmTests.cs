using PaxosSM.Cli;
using PaxosSM.Testing.Simulation;
using Xunit.Abstractions;

namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>Seeds of all kinds: whatever breaks prints the command that replays it.</summary>
public sealed class SwarmTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(SwarmProfile.Swarm, 1, 280)]
    [InlineData(SwarmProfile.Default, 1, 20)]
    [InlineData(SwarmProfile.Calm, 1, 20)]
    public void Everything_holds(SwarmProfile profile, ulong firstSeed, int seeds)
    {
        var (rows, errors) = (new StringWriter(), new StringWriter());
        var settings = new SimulateSettings
        {
            FirstSeed = firstSeed,
            Seeds = seeds,
            Threads = 2,
            Swarm = new() { Seconds = 8, Profile = profile },
        };

        var status = new SeedsRun(settings, rows, errors).Run();

        output.WriteLine(rows.ToString());
        Assert.True(status == ExitStatus.Good, errors.ToString());
    }
}
