using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>What must have been told, by whichever node, before an event can be judged: the messages that led to it are
/// in no trace.</summary>
/// <remarks>Every node tells an event before any message leaves that it makes true, so in an honest cluster's traces
/// there is always some event whose dependencies are met.</remarks>
internal static class TraceDependencies
{
    public static bool AreMet(in TraceEvent traced, GroupHistory group)
    {
        if (group.Find(traced.Origin.Epoch) is null)
        {
            // The last slot of an epoch is chosen before the next one begins.
            return traced.Happened is EpochBegan { Start: var start } && start.Epoch == group.Newest.Epoch.Next
                && start.Base <= group.Newest.ChosenThrough;
        }

        var history = group.Of(in traced);
        var claim = ChosenThroughRule.ClaimOf(traced.Happened);
        if (group.Find(traced.Origin.Node) is null || !ChosenThroughRule.IsChosen(traced.Happened, claim, history))
        {
            return false;
        }

        return traced.Happened switch
        {
            SlotVoted voted => IsProposed(voted.Slot, voted.Ballot, history)
                && IsProposed(voted.Last, voted.Ballot, history),
            SyncVoted sync => history.ReignOf(sync.Ballot) is not null,
            Proposed proposed => history.ReignOf(proposed.Ballot) is not null,
            Counted { Mark: var mark } => history.ReignOf(mark.Ballot) is { } reign
                && (mark.Lane == Lane.Sync || mark.Lane.Index < reign.Lanes)
                && WatermarkRule.FirstUncounted(mark, history) is null,
            TakenOver taken => taken.Base <= history.ChosenThrough
                && taken.Promises.All(node => history.Find(node)?.Acceptor.HasPromised(taken.Ballot) == true),
            StateRestored restored =>
                restored.Slot <= history.Slots.Floor || history.Slots.Find(restored.Slot) is { Chain: not null },
            HandedOver => history.HasEnoughBegun,
            Trimmed trimmed => TrimRule.IsCovered(trimmed.Through, history),
            Started { Memory: { } memory } =>
                (memory.LastVoted == Ballot.None || history.ReignOf(memory.LastVoted) is not null)
                && memory.Votes.All(vote => IsProposed(vote.Slot, vote.Ballot, history)),
            _ => true,
        };
    }

    private static bool IsProposed(Slot at, Ballot ballot, TraceHistory history) =>
        at <= history.Slots.Floor || (history.Slots.Find(at) is { } slot && slot.TryFind(ballot, out _));
}
