namespace PaxosSM.Testing.TestKits;

/// <summary>Something that holds for every good machine, whatever happens to it.</summary>
internal interface IMachineProperty
{
    /// <summary>What holds, as a sentence.</summary>
    string Claim { get; }

    /// <summary>Why it usually does not.</summary>
    IReadOnlyList<string> UsualCauses { get; }

    /// <summary>Plays a script; null if the property holds for it.</summary>
    Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script);
}
