using System.Globalization;
using PaxosSM.Quorums;

namespace PaxosSM.Testing.Simulation;

/// <summary>How a script says which sets of acceptors decide: <c>majority</c>, <c>flexible:2/3</c>,
/// <c>grid:2x3</c>.</summary>
internal static class RuleText
{
    public static string Show(QuorumRule rule) => rule.Kind switch
    {
        QuorumKind.Flexible => string.Create(CultureInfo.InvariantCulture, $"flexible:{rule.First}/{rule.Second}"),
        QuorumKind.Grid => string.Create(CultureInfo.InvariantCulture, $"grid:{rule.First}x{rule.Second}"),
        _ => "majority",
    };

    /// <exception cref="FormatException">The text is no rule.</exception>
    public static QuorumRule Read(string text)
    {
        var parts = text.Split(':');
        var read = (parts[0], parts[^1].Split('/', 'x')) switch
        {
            ("flexible", [var phase1, var phase2]) => QuorumRule.Flexible(Number(phase1), Number(phase2)),
            ("grid", [var rows, var columns]) => QuorumRule.Grid(Number(rows), Number(columns)),
            _ => QuorumRule.Majority,
        };
        return Show(read) == text
            ? read
            : throw new FormatException($"\"{text}\" is no rule like majority, flexible:2/3 or grid:2x3");
    }

    // What is no number is shown otherwise than it was read.
    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
