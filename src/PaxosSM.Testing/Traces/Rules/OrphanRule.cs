using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I5: what a take-over did not adopt above its base is never chosen in a lower ballot any more.</summary>
/// <remarks>The invariant says so once the view is chosen; with R2 and R5 it holds from the take-over on, and is
/// checked from there.</remarks>
internal sealed class OrphanRule() : TraceRule("I5")
{
    public override string? On(in TraceEvent traced, TraceHistory history) => null;

    public override string? OnChosen(in ChosenMark chosen, TraceHistory history)
    {
        for (var index = history.Reigns.Count - 1; index >= 0; index--)
        {
            var reign = history.Reigns[index];
            if (reign.Ballot <= chosen.Ballot)
            {
                break;
            }

            if (chosen.Slot > reign.Taken.Base && reign.Synced(chosen.Slot) != chosen.Checksum)
            {
                return $"{chosen.Slot} is chosen in {chosen.Ballot} above the base of {reign.Ballot}, "
                    + "which did not adopt it";
            }
        }

        return null;
    }
}
