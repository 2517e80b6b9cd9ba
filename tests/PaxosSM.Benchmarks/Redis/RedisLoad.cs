using System.Diagnostics;
using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>What redis-benchmark told of one run.</summary>
/// <param name="Rate">Commands a second.</param>
/// <param name="MedianMilliseconds">Half of the pipelines took no longer.</param>
/// <param name="TailMilliseconds">99 of 100 took no longer.</param>
/// <param name="Processor">Processor time of all processes of the server a command, in microseconds.</param>
internal sealed record RedisReading(double Rate, double MedianMilliseconds, double TailMilliseconds, double Processor);

/// <summary>Runs redis-benchmark: 50 connections with pipelines of 16 commands, values of 64 bytes.</summary>
internal static class RedisLoad
{
    /// <summary>Runs it once.</summary>
    /// <param name="server">Whom it asks.</param>
    /// <param name="test">A name of redis-benchmark's: set or get.</param>
    /// <param name="requests">How many commands.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="InvalidOperationException">It told no figures; the message has what it told.</exception>
    public static async Task<RedisReading> RunAsync(
        RedisServers server, string test, int requests, CancellationToken cancel)
    {
        ProcessStartInfo start = new(
            "redis-benchmark",
            [
                "-p", Text(server.Port), "-P", "16", "-c", "50", "-d", "64", "-t", test, "-n", Text(requests), "--csv",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var before = server.Processor;
        using var process = Process.Start(start)!; // null only where the shell is asked to open a document
        try
        {
            var told = process.StandardOutput.ReadToEndAsync(cancel);
            var errors = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            var processor = server.Processor - before;
            return Read(await told, requests, processor)
                ?? throw new InvalidOperationException($"redis-benchmark told no figures: {await told}{await errors}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    // "SET","482160.09",average,minimum,p50,p95,p99,maximum below a line of titles.
    private static RedisReading? Read(string text, int requests, TimeSpan processor)
    {
        var line = text.TrimEnd().Split('\n')[^1].Split(',');
        return line.Length == 8 && Number(line[1]) is { } rate && Number(line[4]) is { } median
            && Number(line[6]) is { } tail
            ? new(rate, median, tail, processor.TotalMicroseconds / requests)
            : null;
    }

    private static double? Number(string quoted) =>
        double.TryParse(quoted.Trim('"'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
