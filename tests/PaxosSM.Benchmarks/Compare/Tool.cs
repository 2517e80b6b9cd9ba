using System.Diagnostics;

namespace PaxosSM.Benchmarks;

/// <summary>Programs of the machine's.</summary>
internal static class Tool
{
    /// <summary>Whether a program is on the path.</summary>
    public static bool IsInstalled(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote as errors.</exception>
    public static async Task<string> RunAsync(PeerStart start, CancellationToken cancel)
    {
        ProcessStartInfo info = new(start.File, start.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        using Process process = new() { StartInfo = info };
        process.Start();
        var errors = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{start.File} {start.Arguments[0]} failed: {await errors}");
    }
}
