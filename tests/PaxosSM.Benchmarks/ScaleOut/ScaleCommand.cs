using System.CommandLine;
using System.Globalization;
using System.Text;

namespace PaxosSM.Benchmarks;

/// <summary>How rates and processor time grow with groups, learners, proxies and replicas.</summary>
internal static class ScaleCommand
{
    public static Command Make()
    {
        Option<string?> curve = new("--curve") { Description = "Only the one of this name." };
        Option<double> seconds = new("--seconds") { Description = "How long a point.", DefaultValueFactory = _ => 3 };
        var data = DiskFolder.Option();
        Option<string?> output = new("--output") { Description = "A folder for the table and the plot." };
        Command scale = new("scale", "Durable clusters as they grow: groups, learners, proxies, replicas.")
        {
            curve, seconds, data, output,
        };
        scale.SetAction(async (parsed, cancel) =>
        {
            List<ScalePoint> points = [];
            foreach (var one in ScaleCurve.All.Where(each => each.Name == (parsed.GetValue(curve) ?? each.Name)))
            {
                foreach (var value in one.Values)
                {
                    points.Add(await one.MeasureAsync(
                        value, parsed.GetValue(seconds), parsed.GetRequiredValue(data), cancel));
                    await Console.Out.WriteLineAsync(Row(points[^1]));
                }
            }

            if (parsed.GetValue(output) is { } folder)
            {
                Directory.CreateDirectory(folder);
                await File.WriteAllTextAsync(Path.Combine(folder, "scale.md"), Table(points), cancel);
                await File.WriteAllTextAsync(Path.Combine(folder, "scale.svg"), ScalePlot.Draw(points), cancel);
            }
        });
        return scale;
    }

    private static string Table(IEnumerable<ScalePoint> points)
    {
        StringBuilder text = new();
        text.AppendLine(
            "| what grows | to | calls | calls/s | p50 | leader's processor/call | other voters' | others' | errors |");
        text.AppendLine("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var point in points)
        {
            text.AppendLine(Row(point));
        }

        return text.ToString();
    }

    private static string Row(ScalePoint point)
    {
        var calls = ScaleCurve.All.First(curve => curve.Name == point.Curve).Calls;
        var others = point.Others is { } spent
            ? string.Create(CultureInfo.InvariantCulture, $"{spent:0.00} us")
            : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {point.Curve} | {point.Value} | {calls} | {point.Rate:#,0} | {point.MedianMicroseconds:#,0} us "
            + $"| {point.Leader:0.00} us | {point.Followers:0.00} us | {others} | {point.Errors} |");
    }
}
