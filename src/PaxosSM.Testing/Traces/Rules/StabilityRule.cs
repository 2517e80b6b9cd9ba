using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I3: what is chosen stays chosen: a higher ballot takes it over, whatever happened in between.</summary>
internal sealed class StabilityRule() : TraceRule("I3")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        if (traced.Happened is not TakenOver taken)
        {
            return null;
        }

        ReignHistory reign = new(taken);
        for (var at = taken.Base.Next; at <= history.Slots.Last; at = at.Next)
        {
            if (history.Slots.Find(at) is { IsChosen: true } slot && slot.ChosenIn < taken.Ballot
                && reign.Synced(at) != slot.Checksum)
            {
                return $"{slot.Checksum} was chosen for {at} in {slot.ChosenIn}, and is not taken over";
            }
        }

        return null;
    }
}
