namespace PaxosSM.Testing.TestKits;

/// <summary>A machine restored from a snapshot, taken anywhere, is the machine that it was taken of.</summary>
internal sealed class SnapshotEquivalence : IMachineProperty
{
    private const string Original = "the machine that was not restored";

    public string Claim => "A snapshot holds the whole state, and restoring it replaces the state by it.";

    public IReadOnlyList<string> UsualCauses =>
    [
        "a field that is not saved",
        "a collection that RestoreAsync adds to instead of replacing it",
        "a snapshot that shows the live state instead of what it was at BeginSnapshot",
        "a Dictionary or HashSet saved in its own order, which depends on what was removed: sort it",
        "a stream read as if Read gave all bytes at once",
    ];

    public Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script)
    {
        var log = ScriptLog.Of(script);
        var whole = MachineRun.Observe(machine.Create(), log);
        var saved = SaveEverywhere(machine, log, out var observed);
        return Difference.Between(Original, whole, "one that snapshots were taken of", observed)
            ?? CheckWrittenLater(machine, log, saved)
            ?? CheckRestored(machine, log, saved, whole);
    }

    private static SavedState[] SaveEverywhere(
        MachineUnderTest machine, IReadOnlyList<LoggedStep> log, out IReadOnlyList<Sight> observed)
    {
        var saved = new SavedState[log.Count + 1];
        var run = MachineRun.Start(machine.Create());
        saved[0] = run.Save();
        for (var count = 0; count < log.Count; count++)
        {
            run.Play(log[count]);
            saved[count + 1] = run.Save();
        }

        observed = run.Finish();
        return saved;
    }

    // A snapshot is written while commands go on.
    private static Difference? CheckWrittenLater(
        MachineUnderTest machine, IReadOnlyList<LoggedStep> log, SavedState[] saved)
    {
        var run = MachineRun.Start(machine.Create());
        for (var count = 0; count < log.Count; count++)
        {
            using var captured = run.BeginSnapshot();
            run.Play(log[count]);
            var late = MachineRun.Write(captured);
            if (Difference.Between(
                $"the snapshot begun {After(count)}", "written at once", saved[count].Machine,
                $"written after step {count + 1}", late) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static Difference? CheckRestored(
        MachineUnderTest machine, IReadOnlyList<LoggedStep> log, SavedState[] saved, IReadOnlyList<Sight> whole)
    {
        var used = machine.Create();
        MachineRun.Start(used).PlayAll(log);
        for (var count = 0; count <= log.Count; count++)
        {
            var difference = GoOn(machine.Create(), $"one restored {After(count)}", log, count, saved[count], whole)
                ?? GoOn(used, $"one in use before, restored {After(count)}", log, count, saved[count], whole);
            if (difference is not null)
            {
                return difference;
            }
        }

        return null;
    }

    private static Difference? GoOn(
        IStateMachine machine,
        string name,
        IReadOnlyList<LoggedStep> log,
        int count,
        SavedState saved,
        IReadOnlyList<Sight> whole)
    {
        var run = MachineRun.Restore(machine, saved);
        if (Difference.Between(
            $"the snapshot {After(count)}", Original, saved.Machine, name, run.Snapshot()) is { } difference)
        {
            return difference;
        }

        using var captured = run.BeginSnapshot();
        run.PlayAll(log.Skip(count));
        var rest = run.Finish();
        return Difference.Between(Original, [.. whole.Skip(whole.Count - rest.Count)], name, rest)
            ?? Difference.Between(
                $"the snapshot begun {After(count)}", "written at once", saved.Machine,
                "written after the last step", MachineRun.Write(captured));
    }

    private static string After(int count) => count == 0 ? "before step 1" : $"after step {count}";
}
