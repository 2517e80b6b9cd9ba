namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>No answer shows an effect twice, nor one of a command that was refused, or not yet called (R17).</summary>
/// <remarks>Linearizability says the same, but needs a search, and its explanation is longer.</remarks>
/// <param name="tokens">Knows what operations write and answers show.</param>
public sealed class ExactlyOnceRule(ITokenReader tokens) : IHistoryRule
{
    /// <inheritdoc/>
    public string Name => "exactly once";

    /// <inheritdoc/>
    public HistoryViolation? Check(History history)
    {
        var writers = new Dictionary<string, Operation>(StringComparer.Ordinal);
        foreach (var operation in history.Operations)
        {
            foreach (var token in tokens.TokensWritten(operation.Input, operation.IsQuery))
            {
                if (!writers.TryAdd(token, operation))
                {
                    return new(
                        Name,
                        $"#{writers[token].Id} and #{operation.Id} write one token, {token}: the workload is wrong",
                        [writers[token].Id, operation.Id]);
                }
            }
        }

        return history.Operations
            .Where(operation => operation.Succeeded)
            .Select(operation => Check(operation, writers))
            .FirstOrDefault(violation => violation is not null);
    }

    private HistoryViolation? Check(Operation operation, Dictionary<string, Operation> writers)
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in tokens.TokensShown(operation.Output))
        {
            if (!writers.TryGetValue(token, out var writer))
            {
                return new(Name, $"#{operation.Id} shows {token}, which nobody wrote", [operation.Id]);
            }

            var wrong = !shown.Add(token) ? "twice"
                : writer.Outcome == OperationOutcome.Refused ? "though that was refused"
                : writer.Called > operation.Returned ? "before that was called"
                : null;
            if (wrong is not null)
            {
                var text = $"#{operation.Id} shows {token}, the effect of #{writer.Id}, {wrong}";
                return new(Name, text, [writer.Id, operation.Id]);
            }
        }

        return null;
    }
}
