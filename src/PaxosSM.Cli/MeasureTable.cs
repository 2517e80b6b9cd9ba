using System.Globalization;
using System.Text;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>A measurement as a table: a row a node, a region, and all together.</summary>
internal static class MeasureTable
{
    private const string Header =
        "             region commands/s   p50 ms   p99 ms   max ms  failed      sent MB/s  received MB/s";

    public static string Of(Measurement measured)
    {
        var text = new StringBuilder().Append(Header).Append('\n');
        for (var place = 0; place < measured.Nodes.Count; place++)
        {
            var node = measured.Nodes[place];
            var leads = place == measured.Leader ? " leads" : string.Empty;
            var commands = Commands(node.Commands, measured.Span);
            var bytes = $"{Rate(node.BytesSent)} {Rate(node.BytesReceived)}";
            Line($"{$"n{place}{leads}",-12} {node.Region,6} {commands} {bytes}");
        }

        for (var region = 0; region < measured.Regions.Count; region++)
        {
            Line($"{"region",-12} {region,6} {Commands(measured.Regions[region], measured.Span)}");
        }

        Line($"{"all",-12} {string.Empty,6} {Commands(measured.All, measured.Span)}");
        return text.ToString();

        string Rate(long bytes) => string.Create(
            CultureInfo.InvariantCulture, $"{bytes / measured.Span.TotalSeconds / 1e6,14:0.00}");

        void Line(FormattableString line) => _ = text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Commands(MeasuredCommands commands, TimeSpan span) => string.Create(
        CultureInfo.InvariantCulture,
        $"{commands.Completed / span.TotalSeconds,10:0} {commands.Median.TotalMilliseconds,8:0.00} "
        + $"{commands.P99.TotalMilliseconds,8:0.00} {commands.Longest.TotalMilliseconds,8:0.00} {commands.Failed,7}");
}
