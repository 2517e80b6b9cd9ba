using System.Globalization;
using System.Text;

namespace PaxosSM.Benchmarks;

/// <summary>What a comparison came to, as a table in Markdown.</summary>
internal static class ComparisonTable
{
    /// <param name="readings">What was measured.</param>
    /// <param name="asked">The systems that were asked for; what a reader should know of them stands below.</param>
    public static string Write(
        IReadOnlyDictionary<(Point Point, string System), Reading> readings, IReadOnlyList<ComparedSystem> asked)
    {
        StringBuilder text = new();
        text.AppendLine("| | size | clients | system | commands/s | p50 | p99 | processor/command | PaxosSM is |");
        text.AppendLine("| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | --- |");
        foreach (var ((point, system), reading) in readings
            .OrderByDescending(pair => pair.Key.Point.Durable)
            .ThenBy(pair => pair.Key.Point.Size)
            .ThenBy(pair => pair.Key.Point.Clients)
            .ThenBy(pair => Systems.All.ToList().FindIndex(system => system.Name == pair.Key.System)))
        {
            var ours = readings.GetValueOrDefault((point, Systems.Ours));
            var durability = point.Durable ? "durable" : "volatile";
            text.Append(CultureInfo.InvariantCulture, $"| {durability} | {point.Size} B ");
            text.Append(CultureInfo.InvariantCulture, $"| {point.Clients} | {Systems.Find(system).Title} ");
            text.Append(CultureInfo.InvariantCulture, $"| {reading.Rate:#,0} | {reading.MedianMicroseconds:#,0} us ");
            text.Append(CultureInfo.InvariantCulture, $"| {reading.TailMicroseconds:#,0} us ");
            text.Append(CultureInfo.InvariantCulture, $"| {reading.Processor:0.0} us | ");
            text.AppendLine(CultureInfo.InvariantCulture, $"{Ratio(system, ours, reading)} |");
        }

        foreach (var system in asked)
        {
            var told = system.Missing ?? system.Note;
            if (told.Length > 0)
            {
                text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{system.Title}: {told}");
            }
        }

        return text.ToString();
    }

    private static string Ratio(string system, Reading? ours, Reading other) =>
        ours is null || system == Systems.Ours ? string.Empty
        : system == Systems.Floor
            ? string.Create(CultureInfo.InvariantCulture, $"at {ours.Rate / other.Rate:P0} of it")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{ours.Rate / other.Rate:0.0} times as fast, "
                + $"at 1/{other.Processor / ours.Processor:0.0} of the processor");
}
