using PaxosSM.Testing.Linearizability.Search;

namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>Every answer, of whichever kind, is what the commands up to its slot make of it, and no others.</summary>
/// <remarks>
/// Looks for an order of each part in which commands stand by slot and every query right behind its slot; commands
/// without a known slot may stand anywhere after their call, or nowhere. So a query that may see an old state must
/// still
/// see one that there was. Silent where the search is given up.
/// </remarks>
/// <param name="model">What should be.</param>
/// <param name="stepsMax">How often an operation of one part may be tried.</param>
public sealed class StateAtSlotRule(IModel model, long stepsMax = LinearizabilityChecker.DefaultStepsMax)
    : IHistoryRule
{
    /// <inheritdoc/>
    public string Name => "state at slot";

    /// <inheritdoc/>
    public HistoryViolation? Check(History history)
    {
        foreach (var (partition, part) in Partitions.Of(Placements.Of(history, stale: true), model))
        {
            var found = OrderFinder.Find(part, model, bySlots: true, stepsMax);
            if (found.Verdict == Verdict.Violation)
            {
                return new Explanation(found.Search, model, partition).Write(Name);
            }
        }

        return null;
    }
}
