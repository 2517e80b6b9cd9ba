using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>Gives each system a turn at each point in each round, so that whatever else the machine does meets them
/// all alike.</summary>
internal sealed class SideBySide(
    IReadOnlyList<string> systems, int rounds, TimeSpan warmUp, TimeSpan time, string data)
{
    private readonly Dictionary<(Point Point, string System), List<Reading>> _readings = [];

    /// <summary>The median turn of each system at each point; where a system failed at a point, it is not
    /// here.</summary>
    public IReadOnlyDictionary<(Point Point, string System), Reading> Readings =>
        _readings.ToDictionary(pair => pair.Key, pair => MedianOf(pair.Value));

    public async Task RunAsync(IReadOnlyList<Point> points, TextWriter output, CancellationToken cancel)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var point in points)
            {
                for (var turn = 0; turn < systems.Count; turn++)
                {
                    cancel.ThrowIfCancellationRequested();
                    await TakeTurnAsync(systems[round % 2 == 0 ? turn : systems.Count - 1 - turn], point, output);
                }
            }
        }
    }

    private async Task TakeTurnAsync(string system, Point point, TextWriter output)
    {
        try
        {
            var reading = await PointRun.RunAsync(system, point, warmUp, time, data);
            if (!_readings.TryGetValue((point, system), out var all))
            {
                _readings[(point, system)] = all = [];
            }

            all.Add(reading);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{(point.Durable ? "durable" : "volatile"),8} {point.Size,5} B {point.Clients,5} clients {system,-15}"
                + $"{reading.Rate,9:F0}/s p50 {reading.MedianMicroseconds,7:F0} us "
                + $"p99 {reading.TailMicroseconds,7:F0} us"
                + $"{reading.Processor,8:F2} us processor/command{reading.Errors,3} errors"));
        }
        catch (InvalidOperationException failure)
        {
            await output.WriteLineAsync($"{system} failed at {point}: {failure.Message}");
        }
    }

    // Of the rate; the other figures are that turn's.
    private static Reading MedianOf(List<Reading> turns) =>
        turns.OrderBy(turn => turn.Rate).ElementAt((turns.Count - 1) / 2);
}
