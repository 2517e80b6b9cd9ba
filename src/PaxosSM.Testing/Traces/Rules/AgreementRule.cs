using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>I1: no two values are chosen for one slot.</summary>
internal sealed class AgreementRule() : TraceRule("I1")
{
    public override string? On(in TraceEvent traced, TraceHistory history) => null;

    public override string? OnChosen(in ChosenMark chosen, TraceHistory history)
    {
        var slot = history.Slots.Find(chosen.Slot)!;
        return slot.Checksum == chosen.Checksum
            ? null
            : $"{chosen.Checksum} is chosen for {chosen.Slot} in {chosen.Ballot}, and {slot.Checksum} was in "
                + $"{slot.ChosenIn}";
    }
}
