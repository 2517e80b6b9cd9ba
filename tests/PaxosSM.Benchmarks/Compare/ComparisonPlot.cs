using System.Globalization;
using System.Text;

namespace PaxosSM.Benchmarks;

/// <summary>What a comparison came to, as a picture: a panel for each size and durability, throughput across and
/// latency up, both on logarithmic scales; the line is the median, the dashes are the 99th percentile.</summary>
internal static class ComparisonPlot
{
    private const double Width = 520;
    private const double Height = 400;
    private const double Margin = 56;
    private const double LegendWidth = 250;
    private const double LegendLine = 14;
    private static readonly string[] Colors = ["#888888", "#0b6bcb", "#c7362f", "#e39b1c", "#2f8f4e", "#7b4fb5"];

    private static double Bottom => Height - Margin - (LegendLine * (Systems.All.Count + 1) / 2);

    public static string Draw(IReadOnlyDictionary<(Point Point, string System), Reading> readings)
    {
        var panels = readings.Keys
            .Select(key => (key.Point.Durable, key.Point.Size))
            .Distinct()
            .OrderByDescending(panel => panel.Durable)
            .ThenBy(panel => panel.Size)
            .ToList();
        Scale across = new(readings.Values.Select(reading => reading.Rate), Margin, Width - 12);
        Scale up = new(
            readings.Values.SelectMany(reading => new[] { reading.MedianMicroseconds, reading.TailMicroseconds }),
            Bottom,
            28);
        StringBuilder svg = new();
        svg.AppendLine(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width * 2}" height="{Height * ((panels.Count + 1) / 2)}"
              font-family="sans-serif" font-size="11">
            <rect width="100%" height="100%" fill="white"/>
            """);
        for (var place = 0; place < panels.Count; place++)
        {
            var (durable, size) = panels[place];
            svg.AppendLine(CultureInfo.InvariantCulture, $"""
                <g transform="translate({place % 2 * Width} {place / 2 * Height})">
                <text x="{Margin}" y="16" font-size="13">{(durable ? "durable" : "volatile")}, {size} B</text>
                """);
            DrawAxes(svg, across, up);
            foreach (var system in Systems.All)
            {
                DrawSystem(svg, across, up, system, [.. readings
                    .Where(pair => pair.Key.System == system.Name
                        && (pair.Key.Point.Durable, pair.Key.Point.Size) == panels[place])
                    .OrderBy(pair => pair.Key.Point.Clients)
                    .Select(pair => pair.Value)]);
            }

            svg.AppendLine("</g>");
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private static void DrawAxes(StringBuilder svg, Scale across, Scale up)
    {
        foreach (var mark in across.Marks)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"""
                <line x1="{across.Of(mark):0.#}" x2="{across.Of(mark):0.#}"
                  y1="28" y2="{Bottom}" stroke="#ddd"/>
                <text x="{across.Of(mark):0.#}" y="{Bottom + 14}" text-anchor="middle">{mark:#,0}/s</text>
                """);
        }

        foreach (var mark in up.Marks)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"""
                <line x1="{Margin}" x2="{Width - 12}" y1="{up.Of(mark):0.#}" y2="{up.Of(mark):0.#}" stroke="#ddd"/>
                <text x="{Margin - 4}" y="{up.Of(mark) + 4:0.#}" text-anchor="end">{mark:#,0} us</text>
                """);
        }
    }

    private static void DrawSystem(
        StringBuilder svg, Scale across, Scale up, ComparedSystem system, IReadOnlyList<Reading> readings)
    {
        if (readings.Count == 0)
        {
            return;
        }

        var place = Systems.All.ToList().IndexOf(system);
        var median = Line(reading => reading.MedianMicroseconds);
        var tail = Line(reading => reading.TailMicroseconds);
        svg.AppendLine(CultureInfo.InvariantCulture, $"""
            <polyline points="{median}" fill="none" stroke="{Colors[place]}" stroke-width="2"/>
            <polyline points="{tail}" fill="none" stroke="{Colors[place]}" stroke-dasharray="4 3"/>
            <text x="{Margin + (place % 2 * LegendWidth)}" y="{Bottom + 32 + (place / 2 * LegendLine)}"
              fill="{Colors[place]}">{system.Title}</text>
            """);

        string Line(Func<Reading, double> latency) => string.Join(' ', readings.Select(reading => string.Create(
            CultureInfo.InvariantCulture, $"{across.Of(reading.Rate):0.#},{up.Of(latency(reading)):0.#}")));
    }

    // Logarithmic, over whole decades.
    private sealed class Scale
    {
        private readonly double _from;
        private readonly double _to;
        private readonly int _first;
        private readonly int _last;

        public Scale(IEnumerable<double> values, double from, double to)
        {
            var all = values.Where(value => value > 0).DefaultIfEmpty(1).ToList();
            (_from, _to) = (from, to);
            _first = (int)Math.Floor(Math.Log10(all.Min()));
            _last = Math.Max(_first + 1, (int)Math.Ceiling(Math.Log10(all.Max())));
        }

        public IEnumerable<double> Marks =>
            Enumerable.Range(_first, _last - _first + 1).Select(ten => Math.Pow(10, ten));

        public double Of(double value) =>
            _from + ((Math.Log10(Math.Max(value, 1e-9)) - _first) / (_last - _first) * (_to - _from));
    }
}
