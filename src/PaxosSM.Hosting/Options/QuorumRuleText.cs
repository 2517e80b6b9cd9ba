using System.Globalization;
using PaxosSM.Quorums;

namespace PaxosSM.Hosting;

/// <summary>How a quorum rule is written: <c>majority</c>, <c>flexible,2,4</c> or <c>grid,2,3</c>.</summary>
internal static class QuorumRuleText
{
    /// <exception cref="FormatException">The text is no rule.</exception>
    public static QuorumRule Read(string text) => text.Split(',') switch
    {
        ["majority"] => QuorumRule.Majority,
        ["flexible", var phase1, var phase2] => QuorumRule.Flexible(Number(phase1), Number(phase2)),
        ["grid", var rows, var columns] => QuorumRule.Grid(Number(rows), Number(columns)),
        _ => throw new FormatException($"'{text}' is no rule: majority, flexible,PHASE1,PHASE2, or grid,ROWS,COLUMNS"),
    };

    public static string Show(QuorumRule rule) => rule.Kind switch
    {
        QuorumKind.Flexible => string.Create(CultureInfo.InvariantCulture, $"flexible,{rule.First},{rule.Second}"),
        QuorumKind.Grid => string.Create(CultureInfo.InvariantCulture, $"grid,{rule.First},{rule.Second}"),
        _ => "majority",
    };

    private static int Number(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is no number up to {ushort.MaxValue}");
}
