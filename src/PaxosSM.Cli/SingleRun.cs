using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>Runs one seed or script.</summary>
internal sealed class SingleRun(SimulateSettings settings, Show show, TextWriter output, TextWriter errors)
{
    public int Seed(ulong seed) => Run(
        new(seed.ToString(System.Globalization.CultureInfo.InvariantCulture), SwarmPlans.Of(seed, settings.Swarm)),
        settings.ReplayOf(seed));

    public int Script(string path)
    {
        if (ScriptFile.Read(path, errors) is not { } plan)
        {
            return ExitStatus.BadUsage;
        }

        if (FairPlan.Problem(plan) is { } problem)
        {
            errors.WriteLine($"{path} is not fair: {problem}. What it breaks need not be a bug.");
        }

        return Run(
            new(Path.GetFileName(path), plan),
            $"dotnet run -c Release --project src/PaxosSM.Cli -- simulate --script {path} --trace");
    }

    private int Run(SeedTask task, string replay)
    {
        if (show == Show.Script)
        {
            output.Write(SimulationScript.Write(task.Plan));
            return ExitStatus.Good;
        }

        using var records = settings.KeepsRecords ? new RunRecords(settings.Folder) : null;
        var run = task.Run(records?.Kept(settings) ?? settings, show == Show.Trace ? output.WriteLine : null);
        if (show == Show.Hash)
        {
            output.WriteLine($"{run.Result.EventHash:x16}");
        }
        else
        {
            output.WriteLine(SeedRow.Header);
            output.WriteLine(SeedRow.Of(run));
        }

        if (run.Result.Violation is not { } violation)
        {
            return ExitStatus.Good;
        }

        new ViolationReport(settings, errors).Tell(run, violation, replay);
        return ExitStatus.Violation;
    }
}
