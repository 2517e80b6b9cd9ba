using System.Globalization;
using System.Text;

namespace PaxosSM.Benchmarks;

/// <summary>Lets both systems take turns at each test, so that whatever else the machine does meets both
/// alike.</summary>
internal sealed class RedisSideBySide(int requests, int rounds)
{
    private static readonly string[] Tests = ["set", "get"];
    private readonly Dictionary<(string Test, string Title), List<RedisReading>> _readings = [];

    public async Task RunAsync(string data, TextWriter output, CancellationToken cancel)
    {
        var folder = Directory.CreateDirectory(Path.Combine(data, Path.GetRandomFileName())).FullName;
        try
        {
            using var redis = await RedisServers.StartRedisAsync(folder, cancel);
            using var ours = await RedisServers.StartRedisKvAsync(folder, cancel);
            await output.WriteLineAsync($"ready: {redis.Title} at {redis.Port}, {ours.Title} at {ours.Port}");
            foreach (var test in Tests)
            {
                await RedisLoad.RunAsync(redis, test, requests / 2, cancel);
                await RedisLoad.RunAsync(ours, test, requests / 2, cancel);
            }

            for (var round = 0; round < rounds; round++)
            {
                foreach (var test in Tests)
                {
                    await TakeTurnAsync(test, round % 2 == 0 ? redis : ours, output, cancel);
                    await TakeTurnAsync(test, round % 2 == 0 ? ours : redis, output, cancel);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The median turns, in Markdown.</summary>
    public string Table()
    {
        StringBuilder text = new();
        text.AppendLine("| test | server | commands/s | p50 | p99 | processor/command | to Redis |");
        text.AppendLine("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var test in Tests)
        {
            var turns = _readings.Where(pair => pair.Key.Test == test).ToList();
            var floor = MedianOf(turns[0].Value).Rate;
            foreach (var ((_, title), readings) in turns)
            {
                var median = MedianOf(readings);
                text.Append(CultureInfo.InvariantCulture, $"| {test} | {title} | {median.Rate:#,0} ");
                text.Append(CultureInfo.InvariantCulture, $"| {median.MedianMilliseconds:0.0} ms ");
                text.Append(CultureInfo.InvariantCulture, $"| {median.TailMilliseconds:0.0} ms ");
                text.AppendLine(
                    CultureInfo.InvariantCulture, $"| {median.Processor:0.0} us | {median.Rate / floor:0.00} |");
            }
        }

        return text.ToString();
    }

    private async Task TakeTurnAsync(
        string test, RedisServers servers, TextWriter output, CancellationToken cancel)
    {
        var reading = await RedisLoad.RunAsync(servers, test, requests, cancel);
        if (!_readings.TryGetValue((test, servers.Title), out var all))
        {
            _readings[(test, servers.Title)] = all = [];
        }

        all.Add(reading);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{test} {servers.Title,-24}{reading.Rate,10:F0}/s p50 {reading.MedianMilliseconds,6:F2} ms "
            + $"p99 {reading.TailMilliseconds,6:F2} ms {reading.Processor,6:F2} us processor/command"));
    }

    private static RedisReading MedianOf(List<RedisReading> turns) =>
        turns.OrderBy(turn => turn.Rate).ElementAt((turns.Count - 1) / 2);
}
