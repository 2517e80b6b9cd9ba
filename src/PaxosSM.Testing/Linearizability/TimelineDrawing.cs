using System.Globalization;
using System.Net;
using System.Text;

namespace PaxosSM.Testing.Linearizability;

/// <summary>Draws a history as one HTML page that needs nothing else: a row a client, a bar an operation, from its call
/// to its return.</summary>
/// <remarks>
/// The scale is that of events, not of time: every bar is wide enough for its words, and no bar begins before another
/// that was called earlier. Overlaps are what they were. With a violation, only the operations that matter to it are
/// drawn, those in order carry their numbers, and the culprits are red.
/// </remarks>
public static class TimelineDrawing
{
    private const string Style = """
        body { font: 14px system-ui, sans-serif; margin: 24px; color: #1d2733; }
        pre { background: #f4f6f8; padding: 12px; border-radius: 6px; white-space: pre-wrap; max-width: 120ch; }
        .chart { overflow: auto; border: 1px solid #d5dbe1; border-radius: 6px; max-height: 80vh; }
        svg text { font: 12px ui-monospace, monospace; fill: #1d2733; }
        svg .name { font-weight: bold; } svg .time, svg .answer { fill: #5a6775; }
        .row { fill: #fafbfc; } .grid { stroke: #e3e8ed; }
        .command { fill: #cfe2fb; stroke: #3b76c4; } .query { fill: #d8f0dc; stroke: #3c8f4f; }
        .unknown { fill: url(#fade); stroke: #b08a2e; stroke-dasharray: 5 3; }
        .refused { fill: #eceff1; stroke: #9aa5af; stroke-dasharray: 2 2; }
        .culprit { fill: #f9c9c6; stroke: #c0281f; stroke-width: 2.5; }
        .order circle { fill: #24476f; } svg .order text { fill: #fff; font-size: 10px; text-anchor: middle; }
        .key { display: inline-block; width: 14px; height: 14px; margin: 0 4px 0 16px; vertical-align: -2px; }
        """;

    private const string Legend = """
        <p><svg class="key"><rect class="command" width="14" height="14"/></svg>command
        <svg class="key"><rect class="query" width="14" height="14"/></svg>query
        <svg class="key"><rect class="unknown" width="14" height="14"/></svg>outcome unknown
        <svg class="key"><rect class="refused" width="14" height="14"/></svg>refused
        <svg class="key"><rect class="culprit" width="14" height="14"/></svg>fits nowhere
        <svg class="key order"><circle cx="7" cy="7" r="7"/></svg>place in the longest order</p>
        """;

    /// <summary>Draws a history.</summary>
    /// <param name="history">The operations.</param>
    /// <param name="model">Puts them in words.</param>
    /// <param name="violation">What is wrong with it, if anything is.</param>
    public static string Draw(History history, IModel model, HistoryViolation? violation = null)
    {
        var shown = violation is { Operations.Count: > 0 } ? violation.Operations : history.Operations;
        var title = violation is null ? "A history" : $"A history that breaks: {violation.Rule}";
        var layout = new TimelineLayout(shown, model);
        var page = new StringBuilder()
            .Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
            .Append(Escape(title)).Append("</title>\n<style>\n").Append(Style).Append("\n</style></head><body>\n<h1>")
            .Append(Escape(title)).Append("</h1>\n");
        if (violation is not null)
        {
            page.Append("<pre>").Append(Escape(violation.Text)).Append("</pre>\n");
        }

        page.Append(Legend).Append("\n<div class=\"chart\">\n");
        Chart(page, layout, violation);
        return page.Append("</div>\n</body></html>\n").ToString();
    }

    /// <summary>Draws a history into a file, replacing it.</summary>
    public static void Write(string path, History history, IModel model, HistoryViolation? violation = null) =>
        File.WriteAllText(path, Draw(history, model, violation));

    private static void Chart(StringBuilder page, TimelineLayout layout, HistoryViolation? violation)
    {
        Add(page, $"<svg width=\"{layout.Width}\" height=\"{layout.Height}\" xmlns=\"http://www.w3.org/2000/svg\">\n");
        page.Append("<defs><linearGradient id=\"fade\"><stop offset=\"0\" stop-color=\"#fbeecb\"/>")
            .Append("<stop offset=\"1\" stop-color=\"#fbeecb\" stop-opacity=\"0\"/></linearGradient></defs>\n");
        foreach (var (client, top, height) in layout.Rows)
        {
            Add(page, $"<rect class=\"row\" x=\"0\" y=\"{top}\" width=\"{layout.Width}\" height=\"{height}\"/>");
            Add(page, $"<line class=\"grid\" x1=\"0\" x2=\"{layout.Width}\" y1=\"{top}\" y2=\"{top}\"/>");
            Add(page, $"<text class=\"name\" x=\"8\" y=\"{top + 20}\">client {client}</text>\n");
        }

        foreach (var (x, microseconds) in layout.Ticks)
        {
            Add(page, $"<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"18\" y2=\"{layout.Height}\"/>");
            Add(page, $"<text class=\"time\" x=\"{x + 2}\" y=\"13\">{microseconds} us</text>\n");
        }

        var places = new Dictionary<long, int>();
        foreach (var id in violation?.Order ?? [])
        {
            places[id] = places.Count + 1;
        }

        foreach (var bar in layout.Bars)
        {
            var culprit = violation?.Culprits.Contains(bar.Operation.Id) == true;
            Draw(page, bar, culprit, places.GetValueOrDefault(bar.Operation.Id));
        }

        page.Append("</svg>\n");
    }

    private static void Draw(StringBuilder page, TimelineBar bar, bool culprit, int place)
    {
        var operation = bar.Operation;
        var kind = culprit ? "culprit"
            : operation.Outcome == OperationOutcome.Refused ? "refused"
            : operation.Outcome == OperationOutcome.Unknown ? "unknown"
            : operation.IsQuery ? "query" : "command";
        var slot = operation.Slot is { } known ? $" at {known}" : string.Empty;
        var until = operation.Succeeded ? $"{operation.Returned}" : $"{operation.Outcome}";
        var text = $"#{operation.Id} {bar.Input} -> {bar.Answer}{slot}, {operation.Called} to {until}";
        Add(page, $"<g><title>{Escape(text)}</title><rect class=\"{kind}\" x=\"{bar.Left}\" y=\"{bar.Top}\" ");
        Add(page, $"width=\"{bar.Right - bar.Left}\" height=\"{TimelineLayout.BarHeight}\" rx=\"4\"/>");
        var left = bar.Left + 6;
        if (place > 0)
        {
            left += 20;
            Add(page, $"<g class=\"order\"><circle cx=\"{bar.Left + 13}\" cy=\"{bar.Top + 17}\" r=\"10\"/>");
            Add(page, $"<text x=\"{bar.Left + 13}\" y=\"{bar.Top + 21}\">{place}</text></g>");
        }

        Add(page, $"<text x=\"{left}\" y=\"{bar.Top + 14}\">{Escape(TimelineLayout.Shorten(bar.Input))}</text>");
        Add(page, $"<text class=\"answer\" x=\"{left}\" y=\"{bar.Top + 28}\">");
        Add(page, $"{Escape(TimelineLayout.Shorten(bar.Answer))}</text></g>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static void Add(StringBuilder page, FormattableString text) =>
        page.Append(text.ToString(CultureInfo.InvariantCulture));
}
