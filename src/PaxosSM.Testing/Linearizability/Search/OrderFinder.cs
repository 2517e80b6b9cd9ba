namespace PaxosSM.Testing.Linearizability.Search;

/// <summary>Looks for an order with few commands of unknown outcome in a row first, then with more.</summary>
/// <remarks>
/// Each of these commands may stand in many places, and most never took effect: a search that goes deep drowns in
/// their permutations before it tries the simple explanation. Only a search without a bound can tell that there is no
/// order, unless the bound was never met.
/// </remarks>
internal static class OrderFinder
{
    // A bounded search that has not ended by then is not the simple case that it is for.
    private const int BoundedShare = 8;
    private static readonly int[] RunMaxes = [0, 1, 2, 3, int.MaxValue];

    /// <summary>Looks for an order of one part's operations.</summary>
    public static FoundOrder Find(IReadOnlyList<Placement> part, IModel model, bool bySlots, long stepsMax)
    {
        var steps = 0L;
        foreach (var runMax in RunMaxes)
        {
            var search = new OrderSearch(part, model, bySlots, runMax);
            var verdict = search.Run(runMax == int.MaxValue ? stepsMax : Math.Max(1, stepsMax / BoundedShare));
            steps += search.Steps;
            if (verdict == Verdict.Ok || (verdict == Verdict.Violation && !search.IsCut) || runMax == int.MaxValue)
            {
                return new(verdict, search, steps);
            }
        }

        throw new System.Diagnostics.UnreachableException();
    }
}

/// <summary>What came of looking for an order.</summary>
/// <param name="Verdict">The outcome.</param>
/// <param name="Search">The search that brought it.</param>
/// <param name="Steps">How many operations were tried, by all searches.</param>
internal sealed record FoundOrder(Verdict Verdict, OrderSearch Search, long Steps);
