namespace PaxosSM.Storage;

/// <summary>What opening a log found.</summary>
/// <param name="Records">How many records were recovered, damaged ones among them.</param>
/// <param name="Damaged">How many of them can't be read (R24).</param>
/// <param name="Repaired">How many tables, or second copies, had to stand in for damaged ones.</param>
/// <param name="CutBytes">The length of a torn tail that was cut; 0 for none.</param>
/// <param name="Findings">All of it in words, for people; bounded.</param>
public sealed record LogRecoveryReport(
    long Records, long Damaged, long Repaired, long CutBytes, IReadOnlyList<string> Findings);
