namespace PaxosSM.Testing.TestKits;

/// <summary>What an <see cref="IOptimisticStateMachine"/> takes back leaves no trace, and what is confirmed is as if it
/// had never been a guess (R18).</summary>
internal sealed class Rollbacks : IMachineProperty
{
    private const int GuessesMax = 3;

    public string Claim => "What is taken back leaves no trace, and what is confirmed stays.";

    public IReadOnlyList<string> UsualCauses =>
    [
        "a change that is not noted before it is made, or noted as it is after it",
        "changes undone in the order in which they were made: the newest must go first",
        "a collection changed in place, and put back as the same object",
        "Confirm that keeps what was noted for its slot, so that a later Rollback undoes it",
        "OnTimer that changes what Rollback does not know of",
    ];

    public Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script)
    {
        var log = ScriptLog.Of(script);
        var plain = MachineRun.Start(machine.Create());
        var run = MachineRun.Start(machine.Create());
        for (var step = 0; step < log.Count; step++)
        {
            // In turn: taken back before anything is chosen, guessed right, and guessed wrong (a command is missing).
            var wrong = step % 3 == 2 ? 1 : 0;
            run.Guess(log.Skip(step + wrong).Take(GuessesMax));
            if (step % 3 == 0 && TakeBack(run, plain, step) is { } trace)
            {
                return trace;
            }

            plain.Play(log[step]);
            run.Play(log[step]);
        }

        return Difference.Between("a machine that was given no guesses", plain.Finish(), "one that was", run.Finish());
    }

    private static Difference? TakeBack(MachineRun run, MachineRun plain, int step)
    {
        run.TakeBack();
        return Difference.Between(
            $"the snapshot {(step == 0 ? "before step 1" : $"after step {step}")}",
            "a machine that was given no guesses", plain.Snapshot(),
            "one that took back what followed", run.Snapshot());
    }
}
