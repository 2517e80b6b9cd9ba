namespace PaxosSM.Testing.Simulation;

/// <summary>Which region each member is in, and how far regions are apart.</summary>
internal sealed class RegionMap
{
    private readonly IReadOnlyList<int> _regions;
    private readonly IReadOnlyList<TimeSpan> _distances;
    private readonly int _count;

    /// <exception cref="ArgumentException">The plan's regions and distances don't fit each other.</exception>
    public RegionMap(SimulationPlan plan)
    {
        if (Problem(plan) is { } problem)
        {
            throw new ArgumentException(problem, nameof(plan));
        }

        _regions = plan.Regions;
        _distances = plan.Distances;
        _count = CountOf(plan.Distances);
    }

    /// <summary>What is wrong with a plan's regions; null if nothing is.</summary>
    public static string? Problem(SimulationPlan plan)
    {
        var count = CountOf(plan.Distances);
        return plan switch
        {
            _ when count * (count - 1) / 2 != plan.Distances.Count =>
                $"{plan.Distances.Count} distances are too many for {count} regions, and too few for {count + 1}",
            _ when plan.Regions.Count > 0 && plan.Regions.Count != plan.Members.Count =>
                $"{plan.Regions.Count} members have a region, of {plan.Members.Count}",
            _ when plan.Regions.Any(region => region < 0 || region >= count) =>
                $"{plan.Distances.Count} distances are those of the regions 0 to {count - 1}, and no other",
            _ when plan.Distances.Any(distance => distance < TimeSpan.Zero) => "a distance is less than nothing",
            _ => null,
        };
    }

    /// <summary>The region of a member, by its place.</summary>
    public int Of(int place) => _regions.Count == 0 ? 0 : _regions[place];

    /// <summary>How long a message takes from one region to another, in microseconds.</summary>
    public long Distance(int one, int other)
    {
        var (low, high) = (Math.Min(one, other), Math.Max(one, other));
        return low == high ? 0 : World.Micros(_distances[(low * _count) - (low * (low + 1) / 2) + high - low - 1]);
    }

    // So many regions have this many pairs, or the next fewer.
    private static int CountOf(IReadOnlyList<TimeSpan> distances)
    {
        var count = 1;
        while ((count + 1) * count / 2 <= distances.Count)
        {
            count++;
        }

        return count;
    }
}
