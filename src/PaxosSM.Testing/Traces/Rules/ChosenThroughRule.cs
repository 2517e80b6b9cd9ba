using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>R7, R10: whoever says that everything up to a slot is chosen is right; a frontier, what is applied and what
/// is trimmed lie within.</summary>
internal sealed class ChosenThroughRule() : TraceRule("R7")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        var claimed = ClaimOf(traced.Happened);
        return IsChosen(traced.Happened, claimed, history)
            ? null
            : $"not all through {claimed} is chosen, only through {history.ChosenThrough}";
    }

    /// <summary>Whether everything up to a slot is chosen, as an event says.</summary>
    /// <remarks>A chosen-through of an acceptor is of its epoch, and may cover what is void there; or it comes from a
    /// snapshot of a later one. A frontier, a state and a floor are of the epoch that the slot is of.</remarks>
    public static bool IsChosen(ProtocolEvent happened, Slot claimed, TraceHistory history)
    {
        var isOfEpoch = happened is SlotVoted or SyncVoted or ChosenThroughRaised or Trimmed
            || (happened is Started started && started.Frontier < claimed);
        return claimed <= history.Group.OfSlot(claimed).ChosenThrough
            || (isOfEpoch && claimed <= history.ChosenThrough);
    }

    /// <summary>Everything up to here is chosen, as an event says.</summary>
    public static Slot ClaimOf(ProtocolEvent happened) => happened switch
    {
        SlotVoted voted => voted.ChosenThrough,
        SyncVoted sync => sync.Base,
        ChosenThroughRaised raised => raised.Through,
        FrontierMoved moved => moved.Through,
        Applied applied => applied.Slot,
        Trimmed trimmed => trimmed.Through,
        StateRestored restored => Slot.Max(restored.Slot, restored.Saved),
        StateSaved saved => saved.Slot,
        Started started => Slot.Max(started.Frontier, started.Memory?.ChosenThrough ?? Slot.Zero),
        _ => Slot.Zero,
    };
}
