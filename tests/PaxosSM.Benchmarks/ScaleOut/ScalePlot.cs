using System.Globalization;
using System.Text;

namespace PaxosSM.Benchmarks;

/// <summary>Draws the curves beside each other: bars for calls a second, a dashed line for how many the leader's
/// processor would bear alone.</summary>
internal static class ScalePlot
{
    private const int Width = 240;
    private const int Height = 200;
    private const int Margin = 30;

    public static string Draw(IReadOnlyList<ScalePoint> points)
    {
        var curves = points.GroupBy(point => point.Curve).ToList();
        StringBuilder svg = new();
        svg.AppendLine(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width * curves.Count}" height="{Height}"
              font-family="sans-serif" font-size="10">
            <rect width="100%" height="100%" fill="white"/>
            """);
        for (var place = 0; place < curves.Count; place++)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<g transform="translate({place * Width} 0)">""");
            DrawCurve(svg, curves[place].Key, [.. curves[place]]);
            svg.AppendLine("</g>");
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private static void DrawCurve(StringBuilder svg, string name, IReadOnlyList<ScalePoint> points)
    {
        var most = points.Max(point => Math.Max(point.Rate, Borne(point)));
        var step = (Width - (2 * Margin)) / points.Count;
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Margin}" y="14" font-size="12">{name}</text>""");
        List<string> line = [];
        for (var place = 0; place < points.Count; place++)
        {
            var point = points[place];
            var (left, top) = (Margin + (place * step), Of(point.Rate));
            svg.AppendLine(CultureInfo.InvariantCulture, $"""
                <rect x="{left}" y="{top:0.#}" width="{step * 0.7:0.#}"
                  height="{Height - Margin - top:0.#}" fill="#47a"/>
                <text x="{left}" y="{Height - Margin + 12}">{point.Value}</text>
                <text x="{left}" y="{top - 3:0.#}">{point.Rate / 1000:0}k</text>
                """);
            line.Add(string.Create(CultureInfo.InvariantCulture, $"{left + (step * 0.35):0.#},{Of(Borne(point)):0.#}"));
        }

        svg.AppendLine(CultureInfo.InvariantCulture, $"""
            <polyline points="{string.Join(' ', line)}" fill="none" stroke="#c33" stroke-dasharray="4 3"/>
            <text x="{Margin}" y="{Height - 4}" fill="#c33">leader's processor alone: {most / 1000:0}k at most</text>
            """);

        double Of(double rate) => Height - Margin - (rate / most * (Height - Margin - 34));
    }

    // Calls a second that one core at the leader bears.
    private static double Borne(ScalePoint point) => 1e6 / Math.Max(point.Leader, 1e-3);
}
