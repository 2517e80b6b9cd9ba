using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PaxosSM.RedisKv.Tests.Processes;

/// <summary>Redis' own tools, as a user would run them.</summary>
internal static class Tool
{
    /// <summary>Whether the long forms run.</summary>
    public static bool Long { get; } = Environment.GetEnvironmentVariable("PAXOSSM_LONG") == "1";

    /// <summary>redis-benchmark of SET with pipelines of 16 from 50 clients; the commands a second.</summary>
    public static double Benchmark(int port, int commands) =>
        Measure(port, commands, ["-t", "set", "-P", "16", "-c", "50"]).Rate;

    /// <summary>One test of redis-benchmark, with values of 64 bytes at 10,000 keys.</summary>
    public static Sample Measure(int port, int commands, IReadOnlyList<string> arguments)
    {
        var text = Run(
            "redis-benchmark", [
                "-p", Text(port), .. arguments, "-d", "64", "-r", "10000", "-n", Text(commands), "--csv"], _ => { });
        var row = text.Split('\n').First(line => line.StartsWith("\"SET\"", StringComparison.Ordinal)
            || line.StartsWith("\"GET\"", StringComparison.Ordinal));

        // Its columns: test, rps, then latencies in ms: average, least, p50, p95, p99, most.
        var fields = row.Trim().Split(',').Select(field => field.Trim('"')).ToArray();
        return new(Number(fields[1]), Number(fields[4]), Number(fields[6]));
    }

    /// <summary>Sets so many keys through redis-cli --pipe.</summary>
    public static void Pipe(int port, int keys)
    {
        var text = Run("redis-cli", ["-p", Text(port), "--pipe"], input =>
        {
            using var writer = new StreamWriter(input, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
            for (var key = 0; key < keys; key++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"key:{key:D10}");
                writer.Write($"*3\r\n$3\r\nSET\r\n$14\r\n{name}\r\n$14\r\n{name}\r\n");
            }
        });
        if (!text.Contains(
            string.Create(CultureInfo.InvariantCulture, $"errors: 0, replies: {keys}"), StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"redis-cli --pipe: {text}");
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Run(string program, IReadOnlyList<string> arguments, Action<Stream> feed)
    {
        var start = new ProcessStartInfo(program) {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var killer = new Timer(_ => process.Kill(), null, TimeSpan.FromSeconds(180), Timeout.InfiniteTimeSpan);
        feed(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Result + errors.Result
            : throw new InvalidOperationException(
                $"{program} ended with {process.ExitCode}: {output.Result} {errors.Result}");
    }
}

/// <summary>What redis-benchmark measured: commands a second, and latencies in milliseconds.</summary>
internal readonly record struct Sample(double Rate, double Median, double P99);
