namespace PaxosSM.Roles;

/// <summary>How many lanes each owner gets, by its load, and in which order.</summary>
internal static class LaneWeights
{
    // Below so many bytes a second nobody needs a lane beside the leader's.
    private const long NoiseRate = 16 << 10;

    /// <summary>Deals by load: to the busiest four lanes, to others in proportion, to who has less than an eighth of
    /// the busiest none; to the first one always one.</summary>
    public static IReadOnlyList<LaneOwner> Weigh(IReadOnlyList<LaneOwner> owners, Func<LaneOwner, long> rateOf)
    {
        var rates = owners.Select(rateOf).ToArray();
        var highest = rates.Max();
        if (highest < NoiseRate)
        {
            return [owners[0]];
        }

        var half = highest / 2;
        var weights = rates
            .Select(rate => (int)(((rate * ProtocolOptions.LanesPerOwnerMax) + half) / highest)).ToArray();
        var lanes = new int[rates.Length];
        for (var index = 0; index < lanes.Length; index++)
        {
            // Powers of two only: a load that wavers a little must not move lanes.
            var weight = Math.Max(weights[index], index == 0 ? 1 : 0);
            lanes[index] = weight == 3 ? 2 : weight;
        }

        var least = lanes.Where(count => count > 0).Min();
        if (Array.TrueForAll(lanes, count => count % least == 0))
        {
            lanes = [.. lanes.Select(count => count / least)];
        }

        while (lanes.Sum() > ProtocolOptions.LanesMaxOfAll)
        {
            lanes = [.. lanes.Select(count => (count + 1) / 2)];
        }

        return Interleave(owners, lanes);
    }

    // Each owner's lanes as far apart as they can be, so that none waits for a long run of another's.
    private static List<LaneOwner> Interleave(IReadOnlyList<LaneOwner> owners, int[] lanes)
    {
        var total = lanes.Sum();
        var credit = new int[lanes.Length];
        List<LaneOwner> dealt = [];
        while (dealt.Count < total)
        {
            var next = 0;
            for (var index = 0; index < lanes.Length; index++)
            {
                credit[index] += lanes[index];
                next = credit[index] > credit[next] ? index : next;
            }

            credit[next] -= total;
            dealt.Add(owners[next]);
        }

        // The leader's lane is the first (R20b's bound and its heartbeat's mark count on it).
        var first = dealt.IndexOf(owners[0]);
        return [.. dealt.Skip(first), .. dealt.Take(first)];
    }
}
