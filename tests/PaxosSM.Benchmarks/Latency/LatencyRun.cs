using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>The turns of PaxosSM and the roofline at one rate.</summary>
internal sealed class LatencyRun(Point point, TimeSpan warmUp, TimeSpan time, string data)
{
    // A system that takes less than this share of what arrives has no latency to speak of.
    private const double HeldMin = 0.97;

    /// <returns>The process' exit code: 0 when no command failed, and the rate was held.</returns>
    public async Task<int> RunAsync(int rounds, TextWriter output, CancellationToken cancel)
    {
        List<Reading> ours = [];
        List<Reading> floor = [];
        for (var round = 0; round < rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            if (round % 2 == 0)
            {
                await TakeTurnAsync(Systems.Ours, ours, output);
                await TakeTurnAsync(Systems.Floor, floor, output);
            }
            else
            {
                await TakeTurnAsync(Systems.Floor, floor, output);
                await TakeTurnAsync(Systems.Ours, ours, output);
            }
        }

        await TellAsync(ours, floor, output);
        return ours.Concat(floor).All(reading => reading.Errors == 0 && IsHeld(reading)) ? 0 : 1;
    }

    private async Task TakeTurnAsync(string system, List<Reading> readings, TextWriter output)
    {
        var reading = await PointRun.RunAsync(system, point, warmUp, time, data);
        readings.Add(reading);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{system,-10}{reading.Rate,9:F0}/s p50 {reading.MedianMicroseconds,7:F0} us "
            + $"p99 {reading.TailMicroseconds,7:F0} us p99.9 {reading.FarTailMicroseconds,7:F0} us"
            + $"{reading.Processor,8:F2} us processor/command"
            + $"{reading.Snapshots,4} snapshots{reading.Errors,3} errors"
            + $"{(IsHeld(reading) ? string.Empty : "; it fell behind: the rate is not held")}"));
    }

    private bool IsHeld(Reading reading) => reading.Rate >= point.Rate * HeldMin;

    private async Task TellAsync(List<Reading> ours, List<Reading> floor, TextWriter output)
    {
        var (us, least) = (MedianOf(ours), MedianOf(floor));
        string[] lines =
        [
            string.Empty,
            $"| at {point.Rate:#,0}/s of {point.Size} B, durable | p50 | p99 | p99.9 | snapshots |",
            "| --- | ---: | ---: | ---: | ---: |",
            $"| PaxosSM | {Row(us)} | {us.Snapshots} |",
            $"| roofline | {Row(least)} | |",
            $"| ratio | {Ratio(turn => turn.MedianMicroseconds)} | {Ratio(turn => turn.TailMicroseconds)} "
            + $"| {Ratio(turn => turn.FarTailMicroseconds)} | |",
        ];
        await output.WriteLineAsync(string.Join('\n', lines));

        string Ratio(Func<Reading, double> of) =>
            string.Create(CultureInfo.InvariantCulture, $"{of(us) / of(least):0.00}");
    }

    private static string Row(Reading reading) => string.Create(
        CultureInfo.InvariantCulture,
        $"{reading.MedianMicroseconds:#,0} us | {reading.TailMicroseconds:#,0} us "
        + $"| {reading.FarTailMicroseconds:#,0} us");

    // The turn with the middle p99.
    private static Reading MedianOf(List<Reading> turns) =>
        turns.OrderBy(turn => turn.TailMicroseconds).ElementAt((turns.Count - 1) / 2);
}
