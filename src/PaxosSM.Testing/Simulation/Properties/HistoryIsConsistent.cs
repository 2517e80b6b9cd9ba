using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.Simulation;

/// <summary>Commands and reads are as consistent as they were promised to be (I10, R20, R21).</summary>
internal sealed class HistoryIsConsistent : SimulationProperty
{
    public override string Name => "I10 linearizable";

    public override string? LookAtEnd(GroupLoad load)
    {
        if (!load.Run.Options.ChecksHistory)
        {
            return null;
        }

        HistoryExamination examination = new(load.Workload.Model, load.Run.Plan.ClockDriftMax);
        var findings = examination.Run(load.History.Capture());
        if (findings.Linearizability.Verdict == Verdict.Undecided)
        {
            load.Run.Log.Count("histories undecided");
        }

        load.BrokenHistory = findings.Violations is [var worst, ..] ? worst : null;
        return load.BrokenHistory is { } first ? $"{first.Rule}: {first.Text}" : null;
    }
}
