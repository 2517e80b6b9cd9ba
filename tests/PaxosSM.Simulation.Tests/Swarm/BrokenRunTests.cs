using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>How a run ends that can't go on.</summary>
public sealed class BrokenRunTests
{
    [Fact]
    public void An_exception_is_a_violation_that_says_when_and_what_came_before()
    {
        var plan = SwarmPlans.Of(3, new() { Seconds = 2, Profile = SwarmProfile.Calm });
        SimulationOptions options = new()
        {
            Trace = line =>
            {
                if (line.Contains("is whole", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException("oh");
                }
            },
        };

        var violation = Simulator.Run(plan, options).Violation!;

        Assert.Equal("exception InvalidOperationException", violation.Property);
        Assert.Equal(plan.Duration, violation.At);
        Assert.Contains("oh", violation.Text, StringComparison.Ordinal);
        Assert.Contains("is whole", violation.Tail[^1], StringComparison.Ordinal);
    }
}
