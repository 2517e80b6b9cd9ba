using System.Globalization;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>Tells of a run that failed, and makes a short script of it where that is wanted.</summary>
internal sealed class ViolationReport(SimulateSettings settings, TextWriter errors)
{
    public void Tell(SeedRun run, Violation violation, string replay)
    {
        foreach (var line in violation.Tail)
        {
            errors.WriteLine($"    {line}");
        }

        errors.WriteLine(Text(run.Task.Name, violation));
        errors.WriteLine($"  replay: {replay}");
        if (settings.Minimizes)
        {
            errors.WriteLine($"  script: {Minimize(run, violation)}");
        }
    }

    private static string Text(string name, Violation violation) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {violation.Property} is broken at {violation.At.TotalSeconds:0.000000} s: {violation.Text}");

    private string Minimize(SeedRun run, Violation violation)
    {
        var minimizer = new Minimizer(
            plan => SeedTask.Simulate(plan, settings), new() { RunsMax = settings.MinimizerRuns });
        var small = minimizer.Reduce(run.Task.Plan, violation, progress => errors.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  run {progress.Runs}, {progress.Pass}: {progress.Plan.Members.Count} members, "
            + $"{progress.Plan.Faults.Count} faults, {progress.Plan.Duration.TotalSeconds:0.###} s")));
        var name = Path.GetFileNameWithoutExtension(run.Task.Name);
        var path = Path.Combine(settings.Folder, $"{name}-{Slug(violation.Property)}.txt");
        var remark = $"{Text(name, small.Violation)}\n{(small.IsMinimal ? "Minimal" : "Not minimal yet")} "
            + $"after {small.Runs} runs.";
        _ = Directory.CreateDirectory(settings.Folder);
        File.WriteAllText(path, SimulationScript.Write(small.Plan, remark));
        return path;
    }

    private static string Slug(string property) =>
        string.Concat(property.Select(each => char.IsAsciiLetterOrDigit(each) ? char.ToLowerInvariant(each) : '-'));
}
