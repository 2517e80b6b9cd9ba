namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>Commands of one ordered session lie in the log in the order in which they were sent (R17).</summary>
public sealed class SessionOrderRule : IHistoryRule
{
    /// <inheritdoc/>
    public string Name => "session order";

    /// <inheritdoc/>
    public HistoryViolation? Check(History history)
    {
        var last = new Dictionary<int, Operation>();
        var commands = history.Operations
            .Where(operation => operation is { IsQuery: false, Session: not null, Succeeded: true, Slot: not null })
            .OrderBy(operation => operation.Sequence);
        foreach (var command in commands)
        {
            var session = command.Session!.Value;
            if (last.TryGetValue(session, out var earlier) && command.Slot < earlier.Slot)
            {
                return new(
                    Name,
                    $"session {session}: #{earlier.Id} (number {earlier.Sequence}) is at {earlier.Slot}, but "
                    + $"#{command.Id} (number {command.Sequence}), sent after it, is at {command.Slot}",
                    [earlier.Id, command.Id]);
            }

            last[session] = command;
        }

        return null;
    }
}
