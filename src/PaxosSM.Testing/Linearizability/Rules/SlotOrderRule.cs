namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>Slots grow with time: what is called after another's answer arrived lies behind it.</summary>
/// <remarks>
/// A command was not proposed before it was called, and every slot that an answer names was applied before the answer
/// left: so the command's slot is a later one, never the same. A linearizable query sees at least that slot (R20).
/// Queries of other kinds may see less, but a command called after one of them lies behind what it saw.
/// </remarks>
public sealed class SlotOrderRule : IHistoryRule
{
    /// <inheritdoc/>
    public string Name => "slot order";

    /// <inheritdoc/>
    public HistoryViolation? Check(History history)
    {
        var answers = new AnsweredBefore(history.Operations);
        foreach (var operation in history.Operations)
        {
            var bound = operation.Succeeded && (!operation.IsQuery || operation.IsLinearizableQuery);
            if (!bound || operation.Slot is not { } slot || answers.Highest(operation.Called) is not { } earlier)
            {
                continue;
            }

            if (slot < earlier.Slot || (slot == earlier.Slot && !operation.IsQuery))
            {
                return new(
                    Name,
                    $"#{operation.Id} was called after the answer to #{earlier.Id} had arrived, which names slot "
                    + $"{earlier.Slot}, but its own slot is {slot}",
                    [earlier.Id, operation.Id]);
            }
        }

        return null;
    }
}
