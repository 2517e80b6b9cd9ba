using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>How a member stands, as its process tells.</summary>
/// <param name="Leads">Whether it leads, as it knows.</param>
/// <param name="Applied">How many commands its machine has applied.</param>
internal sealed record MemberState(bool Leads, long Applied)
{
    private const string Leader = "leads";
    private const string Other = "follows";

    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{(Leads ? Leader : Other)} {Applied}");

    /// <summary>Reads a line; null when it is another one.</summary>
    public static MemberState? FromLine(string line) =>
        line.Split(' ') is [Leader or Other, var number]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var applied)
            ? new(line.StartsWith(Leader, StringComparison.Ordinal), applied)
            : null;
}
