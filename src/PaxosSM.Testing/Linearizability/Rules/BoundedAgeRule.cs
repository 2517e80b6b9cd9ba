using System.Globalization;

namespace PaxosSM.Testing.Linearizability.Rules;

/// <summary>A query that bounds the state's age gets a state no older, and every age that is told is true
/// (R21).</summary>
/// <remarks>
/// A state of age <c>a</c> at a moment reflects every command that was answered anywhere more than <c>a</c> before that
/// moment. The replica looks at its clock between call and return, so against the call is the lenient way.
/// </remarks>
/// <param name="driftPerMillion">How far a replica's clock may run from true time, in parts of a million: an age that
/// is
/// measured on it is wrong by as much.</param>
public sealed class BoundedAgeRule(int driftPerMillion = 0) : IHistoryRule
{
    /// <inheritdoc/>
    public string Name => "bounded age";

    /// <inheritdoc/>
    public HistoryViolation? Check(History history)
    {
        var commands = new AnsweredBefore(history.Operations.Where(operation => !operation.IsQuery));
        foreach (var query in history.Operations)
        {
            if (query is not { IsQuery: true, Succeeded: true, Slot: not null })
            {
                continue;
            }

            var bounded = query.Consistency.Kind == ReadKind.MaxAge;
            if (bounded && query.Age > query.Consistency.AgeMax)
            {
                return new(
                    Name,
                    $"#{query.Id} asked for a state no older than {Say(query.Consistency.AgeMax)}, and was answered "
                    + $"from one that says it may be {Say(query.Age.Value)} old",
                    [query.Id]);
            }

            var broken = bounded ? Compare(query, query.Consistency.AgeMax, "asked for", commands) : null;
            broken ??= query.Age is { } told ? Compare(query, told, "was told", commands) : null;
            if (broken is not null)
            {
                return broken;
            }
        }

        return null;
    }

    private HistoryViolation? Compare(Operation query, TimeSpan age, string how, AnsweredBefore commands)
    {
        // Rounded up to whole microseconds, in which histories count, so that rounding accuses nobody.
        var micros = age.Ticks / (decimal)TimeSpan.TicksPerMicrosecond;
        var allowed = decimal.Ceiling(micros * (1 + (driftPerMillion / 1_000_000m)));
        if (allowed > query.Called.Microseconds - (decimal)long.MinValue)
        {
            return null;
        }

        var known = age == TimeSpan.Zero ? query.Called : new(query.Called.Microseconds - (long)allowed);
        return commands.Highest(known) is { } missed && missed.Slot > query.Slot
            ? new(
                Name,
                $"#{query.Id} {how} an age of {Say(age)} and saw {query.Slot}, but #{missed.Id} at {missed.Slot} had "
                + $"been answered {query.Called.Microseconds - missed.Returned!.Value.Microseconds} us before its call",
                [missed.Id, query.Id])
            : null;
    }

    private static string Say(TimeSpan age) =>
        string.Create(CultureInfo.InvariantCulture, $"{age.Ticks / (double)TimeSpan.TicksPerMicrosecond} us");
}
