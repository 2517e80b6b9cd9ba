namespace PaxosSM.Testing.TestKits;

/// <summary>The same log gives the same results and the same state, whoever applies it, when and where.</summary>
internal sealed class Determinism : IMachineProperty
{
    public string Claim => "Two machines that apply the same log show the same.";

    public IReadOnlyList<string> UsualCauses =>
    [
        "DateTime.Now, Stopwatch: take CommandContext.Time",
        "Random, Guid.NewGuid: let the command carry what chance gave",
        "static state, the current thread, object.GetHashCode",
        "numbers and dates formatted, parsed or compared by the current culture",
    ];

    public Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script)
    {
        var log = ScriptLog.Of(script);
        var one = MachineRun.Observe(machine.Create(), log);
        var other = OddThread.Run(() => MachineRun.Observe(machine.Create(), log));
        return Difference.Between("one machine", one, "another, in another culture", other);
    }
}
