using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.Simulation;

/// <summary>Commands and reads are as consistent as they were promised to be (I10, R20, R21).</summary>
internal sealed class HistoryIsConsistent : SimulationProperty
{
    public override string Name => "I10 linearizable";

    public override string? LookAtEnd(SimulatedRun run)
    {
        if (!run.Options.ChecksHistory)
        {
            return null;
        }

        HistoryExamination examination = new(run.Workload.Model, run.Plan.ClockDriftMax);
        var findings = examination.Run(run.History.Capture());
        if (findings.Linearizability.Verdict == Verdict.Undecided)
        {
            run.Log.Count("histories undecided");
        }

        run.BrokenHistory = findings.Violations is [var worst, ..] ? worst : null;
        return run.BrokenHistory is { } first ? $"{first.Rule}: {first.Text}" : null;
    }
}
