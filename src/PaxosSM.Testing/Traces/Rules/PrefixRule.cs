using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I4: once a lane's slot is chosen in a ballot, so are its sync and every earlier slot of the lane, in that
/// ballot or before.</summary>
internal sealed class PrefixRule() : TraceRule("I4")
{
    public override string? On(in TraceEvent traced, TraceHistory history) => null;

    public override string? OnChosen(in ChosenMark chosen, TraceHistory history)
    {
        var reign = history.ReignOf(chosen.Ballot)!;
        if (chosen.Slot < reign.View.Start)
        {
            return null;
        }

        if (history.ChosenThrough < reign.ViewSlot)
        {
            return $"{chosen.Slot} is chosen in {chosen.Ballot}, and that ballot's sync is not";
        }

        Slot before = new(chosen.Slot.Index - reign.Lanes);
        return before < reign.View.Start || history.IsChosen(before)
            ? null
            : $"{chosen.Slot} is chosen in {chosen.Ballot}, and {before} of the same lane is not";
    }
}
