using System.CommandLine;
using System.Globalization;
using System.Text;

namespace PaxosSM.Benchmarks;

/// <summary>What reads of each kind come to, asked within the leader's process, of a durable cluster of three
/// processes.</summary>
internal static class ReadsCommand
{
    private const int Nodes = 3;

    public static Command Make()
    {
        Option<int> rounds = new("--rounds")
        {
            Description = "Clusters, one after the other.",
            DefaultValueFactory = _ => 3,
        };
        Option<double> seconds = new("--seconds") { Description = "How long a point.", DefaultValueFactory = _ => 2 };
        var data = DiskFolder.Option();
        Command reads = new("reads", "Local, bounded, lease and read-index reads at the leader.")
        {
            rounds, seconds, data,
        };
        reads.SetAction(async (parsed, cancel) =>
        {
            List<IReadOnlyList<MeasuredPoint>> all = [];
            for (var round = 0; round < parsed.GetValue(rounds); round++)
            {
                all.Add(await RunAsync(parsed.GetValue(seconds), parsed.GetRequiredValue(data), cancel));
            }

            await Console.Out.WriteLineAsync(Table(all));
        });
        return reads;
    }

    private static async Task<IReadOnlyList<MeasuredPoint>> RunAsync(
        double seconds, string data, CancellationToken cancel)
    {
        var time = seconds.ToString(CultureInfo.InvariantCulture);
        using ProcessSet set = new(Nodes, data, _ => [ReadsPeer.Name, "--secs", time, "--warm", "1"]);
        List<MeasuredPoint> points = [];
        while (points.Count < ReadsPeer.Workers.Count * ReadsPeer.Kinds.Count)
        {
            points.Add(await set.NextAsync(cancel));
        }

        return points;
    }

    // The median round of each point, by its rate.
    private static string Table(List<IReadOnlyList<MeasuredPoint>> rounds)
    {
        StringBuilder text = new();
        text.AppendLine(
            "| workers | reads | reads/s | p50 | p99 | leader's processor/read | followers' | to local | errors |");
        text.AppendLine("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (var place = 0; place < rounds[0].Count; place++)
        {
            var point = MedianOf(place);
            var local = MedianOf(place - (place % ReadsPeer.Kinds.Count));
            var workers = ReadsPeer.Workers[place / ReadsPeer.Kinds.Count];
            var (title, _) = ReadsPeer.Kinds[place % ReadsPeer.Kinds.Count];
            text.Append(CultureInfo.InvariantCulture, $"| {workers:#,0} | {title} | {point.Rate:#,0} ");
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {point.MedianMicroseconds:#,0} us | {point.TailMicroseconds:#,0} us ");
            text.Append(
                CultureInfo.InvariantCulture, $"| {point.OwnMicroseconds:0.0} us | {point.OthersMicroseconds:0.0} us ");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {point.Rate / local.Rate:0.00} | {point.Errors} |");
        }

        return text.ToString();

        MeasuredPoint MedianOf(int place) => rounds.Select(round => round[place])
            .OrderBy(point => point.Rate).ElementAt((rounds.Count - 1) / 2);
    }
}
