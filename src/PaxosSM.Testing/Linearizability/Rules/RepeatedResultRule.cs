namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>A command that is sent again gets the answer that it got before, slot and all (R17).</summary>
public sealed class RepeatedResultRule : IHistoryRule
{
    /// <inheritdoc/>
    public string Name => "repeated result";

    /// <inheritdoc/>
    public HistoryViolation? Check(History history)
    {
        foreach (var operation in history.Operations)
        {
            foreach (var repeat in operation.Repeats)
            {
                if (!repeat.Output.Span.SequenceEqual(operation.Output.Span))
                {
                    return Violation(operation, Hex(operation.Output), Hex(repeat.Output));
                }

                if (repeat.Slot is { } slot && operation.Slot is { } first && slot != first)
                {
                    return Violation(operation, first.ToString(), slot.ToString());
                }
            }
        }

        return null;
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => $"'{Convert.ToHexStringLower(bytes.Span)}'";

    private HistoryViolation Violation(Operation operation, string first, string again) =>
        new(Name, $"#{operation.Id} was answered {first}, and when it was sent again {again}", [operation.Id]);
}
