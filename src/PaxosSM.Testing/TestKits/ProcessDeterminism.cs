namespace PaxosSM.Testing.TestKits;

/// <summary>The same log gives the same in another process: strings have other hash codes there.</summary>
internal sealed class ProcessDeterminism(TwinProcess twin) : IMachineProperty
{
    private const string Here = "in this process";
    private const string There = "in another process";

    public string Claim => "Two processes that apply the same log show the same.";

    public IReadOnlyList<string> UsualCauses =>
    [
        "string.GetHashCode, HashCode: each process has its own seed for them",
        "the order of an ImmutableDictionary, ConcurrentDictionary, FrozenSet: it follows hash codes",
        "the time zone, the environment, the process id, the machine's name",
        "floating point that another processor or runtime rounds otherwise",
    ];

    public Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script)
    {
        var here = MachineRun.Observe(machine.Create(), ScriptLog.Of(script));
        var (there, exception) = twin.Play(script);
        return exception.Length > 0
            ? new("what happens", Here, "every step is applied", There, exception)
            : Difference.Between(Here, here, There, there);
    }
}
