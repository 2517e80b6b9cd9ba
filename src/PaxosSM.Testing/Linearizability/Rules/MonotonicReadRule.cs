namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>Within one life, a replica's answers to queries of any kind never go back (R21).</summary>
public sealed class MonotonicReadRule : IHistoryRule
{
    /// <inheritdoc/>
    public string Name => "monotonic reads";

    /// <inheritdoc/>
    public HistoryViolation? Check(History history)
    {
        var lives = history.Operations
            .Where(operation => operation is { IsQuery: true, Succeeded: true, Slot: not null, Replica: not null })
            .GroupBy(operation => operation.Replica);
        foreach (var life in lives)
        {
            var answers = new AnsweredBefore(life);
            foreach (var query in life)
            {
                if (answers.Highest(query.Called) is { } earlier && query.Slot < earlier.Slot)
                {
                    return new(
                        Name,
                        $"replica {life.Key} answered #{earlier.Id} from {earlier.Slot}, and then #{query.Id}, called "
                        + $"after that, from {query.Slot}",
                        [earlier.Id, query.Id]);
                }
            }
        }

        return null;
    }
}
