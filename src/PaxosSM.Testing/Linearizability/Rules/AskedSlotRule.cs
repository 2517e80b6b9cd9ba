namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>A query that asked for a slot sees that slot, or a later one (R21).</summary>
/// <remarks>A client that asks for the slot of its last answer reads its own writes and never goes back, on whichever
/// replica: that follows from this rule.</remarks>
public sealed class AskedSlotRule : IHistoryRule
{
    /// <inheritdoc/>
    public string Name => "asked slot";

    /// <inheritdoc/>
    public HistoryViolation? Check(History history)
    {
        var wrong = history.Operations.FirstOrDefault(operation =>
            operation is { IsQuery: true, Succeeded: true, Consistency.Kind: ReadKind.AtLeast }
            && operation.Slot < operation.Consistency.AtLeast);
        return wrong is null
            ? null
            : new(Name, $"#{wrong.Id} asked for {wrong.Consistency.AtLeast} and saw {wrong.Slot}", [wrong.Id]);
    }
}
