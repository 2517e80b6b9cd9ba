using System.CommandLine;

namespace PaxosSM.Benchmarks;

/// <summary>What the command line says about <see cref="FailoverRun"/>.</summary>
internal static class FailoverCommand
{
    /// <summary>The command of this program that is a member.</summary>
    public const string MemberCommand = "member";

    public static Command Make()
    {
        Option<int> times = new("--times") { Description = "How many leaders die.", DefaultValueFactory = _ => 50 };
        Option<bool> tuned = new("--tuned")
        {
            Description = "Shorter timeouts than the defaults: for members that are near, on processors of their own.",
        };
        Option<int> workers = new("--workers")
        {
            Description = "Commands outstanding.",
            DefaultValueFactory = _ => 16,
        };
        Option<int> size = new("--size") { Description = "Bytes of a command.", DefaultValueFactory = _ => 64 };
        var data = DiskFolder.Option();
        Option<string?> trace = new("--trace") { Description = "A folder for the members' protocol traces." };
        Command failover = new("failover", "How long a client waits when the leader's process is killed.")
        {
            times, tuned, workers, size, data, trace,
        };
        failover.SetAction(async (parsed, cancel) =>
        {
            FailoverSettings settings = new(
                parsed.GetValue(times),
                parsed.GetValue(tuned),
                parsed.GetValue(workers),
                parsed.GetValue(size),
                parsed.GetRequiredValue(data),
                parsed.GetValue(trace));
            using FailoverRun run = new(settings);
            return await run.RunAsync(Console.Out, cancel);
        });
        return failover;
    }
}

/// <summary>What a run is told.</summary>
/// <param name="Times">How many leaders die.</param>
/// <param name="Tuned">Whether timeouts are shorter than the defaults.</param>
/// <param name="Workers">Commands outstanding.</param>
/// <param name="Size">Bytes of a command.</param>
/// <param name="Data">Where the members' folders are made.</param>
/// <param name="Trace">Where traces go; null for none.</param>
internal sealed record FailoverSettings(int Times, bool Tuned, int Workers, int Size, string Data, string? Trace);
