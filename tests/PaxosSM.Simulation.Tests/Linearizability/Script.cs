using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>Histories of a <see cref="TextModel"/>, a line an operation.</summary>
/// <remarks>
/// <c>client from-to operation -> answer</c>. For <c>to</c>: <c>?</c> when the outcome is unknown; a number with
/// <c>!</c>
/// for a refusal. Then, as needed: <c>s1</c> (an ordered session), <c>@7</c> (the slot), <c>local</c>, <c>lease</c>,
/// <c>after=7</c>, <c>age=5</c> (microseconds, what the query asked for), <c>told=5</c> (what it was told),
/// <c>by=n1.1</c> (the replica). Operations are numbered from 1, in the order of the lines.
/// </remarks>
internal static partial class Script
{
    public static History Of(string lines)
    {
        var sequences = new Dictionary<int, long>();
        var operations = new List<Operation>();
        foreach (var line in lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            operations.Add(Parse(line, operations.Count + 1, sequences));
        }

        return new(operations);
    }

    private static Operation Parse(string line, int id, Dictionary<int, long> sequences)
    {
        var match = Line().Match(line);
        Assert.True(match.Success, line);
        var extras = Extra().Matches(match.Groups["extras"].Value)
            .ToDictionary(extra => extra.Groups["name"].Value, extra => extra.Groups["value"].Value);
        var input = match.Groups["input"].Value;
        var to = match.Groups["to"].Value;
        int? session = extras.TryGetValue("s", out var number) ? (int)Number(number) : null;
        if (session is { } ordered)
        {
            sequences[ordered] = sequences.GetValueOrDefault(ordered) + 1;
        }

        return new()
        {
            Id = id,
            Client = (int)Number(match.Groups["client"].Value),
            Session = session,
            Sequence = session is { } known ? sequences[known] : 0,
            IsQuery = input.StartsWith("read", StringComparison.Ordinal),
            Consistency = ConsistencyOf(extras),
            Input = Encoding.UTF8.GetBytes(input),
            Called = new(Number(match.Groups["from"].Value)),
            Returned = to == "?" ? null : new(Number(to.TrimEnd('!'))),
            Outcome = to switch
            {
                "?" => OperationOutcome.Unknown,
                [.., '!'] => OperationOutcome.Refused,
                _ => OperationOutcome.Succeeded,
            },
            Output = Encoding.UTF8.GetBytes(match.Groups["output"].Value),
            Slot = extras.TryGetValue("@", out var slot) ? new(Number(slot)) : null,
            Age = extras.TryGetValue("told=", out var told) ? TimeSpan.FromMicroseconds(Number(told)) : null,
            Replica = extras.GetValueOrDefault("by="),
        };
    }

    private static ReadConsistency ConsistencyOf(Dictionary<string, string> extras) =>
        extras.ContainsKey("local") ? ReadConsistency.Local
        : extras.ContainsKey("ahead") ? ReadConsistency.Speculative
        : extras.ContainsKey("lease") ? ReadConsistency.Lease
        : extras.TryGetValue("after=", out var slot) ? ReadConsistency.After(new(Number(slot)))
        : extras.TryGetValue("age=", out var age) ? ReadConsistency.NoOlderThan(TimeSpan.FromMicroseconds(Number(age)))
        : ReadConsistency.Linearizable;

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<client>\d+) (?<from>\d+)-(?<to>\d+!?|\?) (?<input>\w+( [a-z]+(?![a-z\d=]))+)"
        + @"( -> (?<output>\S+))?(?<extras>.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@" (?<name>s(?=\d)|@|local|ahead|lease|after=|age=|told=|by=)(?<value>\S*)")]
    private static partial Regex Extra();
}
