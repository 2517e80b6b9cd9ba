using System.Globalization;
using System.Text;

namespace PaxosSM.Benchmarks;

/// <summary>Lets the systems take turns at each test, so that whatever else the machine does meets all
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
            using var redis = await RedisServers.StartRedisAsync(Folder("redis"), cancel);
            using var confirmed = await RedisServers.StartRedisKvAsync("linearizable", Folder("confirmed"), cancel);
            using var leased = await RedisServers.StartRedisKvAsync("lease", Folder("leased"), cancel);
            RedisServers[] all = [redis, confirmed, leased];
            foreach (var test in Tests)
            {
                foreach (var servers in all)
                {
                    await RedisLoad.RunAsync(servers, test, requests / 2, cancel);
                }
            }

            for (var round = 0; round < rounds; round++)
            {
                foreach (var test in Tests)
                {
                    foreach (var servers in round % 2 == 0 ? all : all.Reverse())
                    {
                        await TakeTurnAsync(test, servers, output, cancel);
                    }
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string Folder(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
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
            $"{test} {servers.Title,-44}{reading.Rate,10:F0}/s p50 {reading.MedianMilliseconds,6:F2} ms "
            + $"p99 {reading.TailMilliseconds,6:F2} ms {reading.Processor,6:F2} us processor/command"));
    }

    private static RedisReading MedianOf(List<RedisReading> turns) =>
        turns.OrderBy(turn => turn.Rate).ElementAt((turns.Count - 1) / 2);
}
