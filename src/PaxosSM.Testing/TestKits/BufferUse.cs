namespace PaxosSM.Testing.TestKits;

/// <summary>What a machine is lent for a call it neither keeps nor takes for more than it is.</summary>
internal sealed class BufferUse : IMachineProperty
{
    public string Claim => "A machine copies what it keeps of a command, and writes every byte of its result.";

    public IReadOnlyList<string> UsualCauses =>
    [
        "a ReadOnlySequence, or memory of it, kept after the call: copy it",
        "only the first segment of a command read",
        "a result advanced over bytes that were not written",
    ];

    public Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script)
    {
        var log = ScriptLog.Of(script);
        var one = MachineRun.Observe(machine.Create(), log);
        var other = MachineRun.Observe(new HarshMachine(machine.Create()), log);
        return Difference.Between("lent whole buffers", one, "lent pieces, overwritten after the call", other);
    }
}
