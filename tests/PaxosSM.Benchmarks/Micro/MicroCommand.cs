using System.CommandLine;
using System.Globalization;
using System.Text;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace PaxosSM.Benchmarks;

/// <summary>Runs the micro-benchmarks of the hot path's pieces, and tells them as one table.</summary>
internal static class MicroCommand
{
    private static readonly Type[] Pieces =
    [
        typeof(ChecksumBenchmarks), typeof(CodecBenchmarks), typeof(BatcherBenchmarks), typeof(TallyBenchmarks),
        typeof(LogBenchmarks), typeof(MergeBenchmarks), typeof(SessionBenchmarks), typeof(ApplyBenchmarks),
    ];

    public static Command Make()
    {
        Option<string> filter = new("--filter")
        {
            Description = "Which, by class and method: *Codec*, *.Apply.",
            DefaultValueFactory = _ => "*",
        };
        Option<bool> quick = new("--quick") { Description = "Fewer and shorter iterations: a first look." };
        Option<string> output = new("--output")
        {
            Description = "A folder for BenchmarkDotNet's files.",
            DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "paxossm-micro"),
        };
        Command micro = new("micro", "What each piece of the hot path costs by itself: time and allocation.")
        {
            filter, quick, output,
        };
        micro.SetAction(parsed =>
        {
            var summaries = BenchmarkRunner.Run(
                Pieces,
                ConfigOf(
                    parsed.GetRequiredValue(filter), parsed.GetValue(quick), parsed.GetRequiredValue(output)));
            var reports = summaries.SelectMany(summary => summary.Reports).ToList();
            Console.Out.WriteLine(Table(reports));
            return reports.Count > 0 && reports.TrueForAll(report => report.Success) ? 0 : 1;
        });
        return micro;
    }

    // Within this process: a program built for each benchmark would not have this repository's settings.
    private static ManualConfig ConfigOf(string filter, bool quick, string output)
    {
        var job = quick ? Job.ShortRun : Job.Default.WithWarmupCount(3).WithIterationCount(10);
        return ManualConfig.CreateEmpty()
            .AddJob(job.WithToolchain(InProcessEmitToolchain.Instance))
            .AddFilter(new GlobFilter([filter]))
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultConfig.Instance.GetColumnProviders().ToArray())
            .WithArtifactsPath(output);
    }

    private static string Table(IEnumerable<BenchmarkReport> reports)
    {
        StringBuilder text = new();
        text.AppendLine("| piece | what | of | time | error | allocated |");
        text.AppendLine("| --- | --- | --- | ---: | ---: | ---: |");
        foreach (var report in reports)
        {
            var descriptor = report.BenchmarkCase.Descriptor;
            var piece = descriptor.Type.Name.Replace("Benchmarks", string.Empty, StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"| {piece} | {descriptor.WorkloadMethod.Name} ");
            var parameters = report.BenchmarkCase.Parameters.DisplayInfo.Trim('[', ']');
            text.Append(CultureInfo.InvariantCulture, $"| {parameters} ");
            text.AppendLine(report.ResultStatistics is { } time
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {Duration(time.Mean)} | {Duration(time.StandardError)} | {Allocated(report):#,0} B |")
                : "| failed | | |");
        }

        return text.ToString();
    }

    private static long Allocated(BenchmarkReport report) =>
        report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0;

    private static string Duration(double nanoseconds) => nanoseconds < 10_000
        ? string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:#,0.0} ns")
        : string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1000:#,0.0} us");
}
