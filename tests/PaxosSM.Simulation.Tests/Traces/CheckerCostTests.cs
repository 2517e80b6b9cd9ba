using System.Diagnostics;
using PaxosSM.Testing.Traces;
using Xunit.Abstractions;
using static PaxosSM.Simulation.Tests.Traces.TraceScript;

namespace PaxosSM.Simulation.Tests.Traces;

/// <summary>What a check costs: simulations run it at every event.</summary>
public sealed class CheckerCostTests(ITestOutputHelper output)
{
    [Fact]
    public void A_long_reign_is_checked_event_by_event_at_a_bounded_cost()
    {
        var script = Led();
        for (var slot = 2; slot < 20_000; slot++)
        {
            _ = script.Choose(slot, (uint)slot);
        }

        TraceChecker checker = new(GroupId.Default, Members);
        var events = script.Events.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        foreach (ref readonly var traced in events.AsSpan())
        {
            _ = checker.On(in traced);
        }

        var spent = Stopwatch.GetElapsedTime(began);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        var nanoseconds = spent.TotalNanoseconds / events.Length;
        output.WriteLine($"{events.Length} events: {nanoseconds:F0} ns, {bytes / events.Length} bytes each");
        Assert.Null(checker.Violation);
        Assert.True(bytes / events.Length < 100, $"{bytes / events.Length} bytes an event");
    }
}
