namespace PaxosSM.Testing.TestKits;

/// <summary>Commands sent again, late, early, and applied again after a restart, count once.</summary>
internal sealed class ExactlyOnce : IMachineProperty
{
    private const int StepsBetweenSnapshots = 3;
    private const int StepsReplayed = 2;

    public string Claim => "A command that is sent again, or replayed after a crash, counts once.";

    public IReadOnlyList<string> UsualCauses =>
    [
        "state outside the machine: a static field, a file, another service",
        "state that is not in the snapshot, so that a replay starts from another one",
    ];

    public Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script)
    {
        var once = MachineRun.Observe(machine.Create(), ScriptLog.Of(script, resends: false));
        var log = ScriptLog.Of(script, resends: true);
        var run = MachineRun.Start(machine.Create());
        run.PlayAll(log);
        return run.Contradiction
            ?? Difference.Between("every command sent once", once, "commands sent again", run.Finish())
            ?? CheckCrashes(machine, log, once);
    }

    private static Difference? CheckCrashes(
        MachineUnderTest machine, IReadOnlyList<LoggedStep> log, IReadOnlyList<Sight> once)
    {
        var run = MachineRun.Start(machine.Create());
        var seen = 0;
        for (var count = 0; count < log.Count; count += StepsBetweenSnapshots)
        {
            var saved = run.Save();
            run.PlayAll(log.Skip(count).Take(StepsReplayed));
            run = MachineRun.Restore(machine.Create(), saved, before: run);
            run.PlayAll(log.Skip(count).Take(StepsBetweenSnapshots));
            var last = count + StepsBetweenSnapshots >= log.Count;
            var sights = last ? run.Finish() : run.Sights;
            Difference? difference = run.Contradiction ?? Difference.Between(
                "a replica that did not crash", [.. once.Skip(seen).Take(sights.Count)],
                $"one that crashed and replayed from step {count + 1} on", sights);
            if (difference is not null)
            {
                return difference;
            }

            seen += sights.Count;
            run = MachineRun.Restore(machine.Create(), run.Save(), before: run);
        }

        return null;
    }
}
