using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Measuring;

/// <summary>The adaptive deal (R8): lanes go where the load comes in, and follow it.</summary>
public sealed class AdaptiveTests
{
    [Fact]
    public void Lanes_follow_the_load_as_it_moves_from_client_to_client()
    {
        var views = Views(new() { Count = 3, BusyFactor = 60, BusyFor = TimeSpan.FromSeconds(10) });
        var favoured = views.SelectMany(view => view.Owners.CountBy(owner => owner.Node))
            .Where(lanes => lanes.Value > 1)
            .Select(lanes => lanes.Key);
        Assert.True(favoured.Distinct().Count() >= 2, string.Join('\n', views));
    }

    [Fact]
    public void Who_has_no_work_has_no_lane()
    {
        var last = Views(new() { Count = 3, BusyFactor = 1000 })[^1];
        Assert.True(last.Owners.DistinctBy(owner => owner.Node).Count() < 3, last.ToString());
    }

    private static List<View> Views(ClientPlan clients)
    {
        var views = new List<View>();
        var plan = new SimulationPlan
        {
            Seed = 7,
            Members = [MemberRoles.All, MemberRoles.All, MemberRoles.All],
            Duration = TimeSpan.FromSeconds(30),
            Protocol = new() { Deal = DealPolicy.Adaptive },
            Clients = clients with { RatePerSecond = 300, ValueBytesMax = 1200, QueryPercent = 0 },
        };
        var result = Simulator.Run(plan, new()
        {
            ChecksHistory = false,
            Events = traced =>
            {
                if (traced.Happened is TakenOver taken)
                {
                    views.Add(taken.View);
                }
            },
        });
        Assert.Null(result.Violation);
        return views;
    }
}
