using PaxosSM.Execution;
using PaxosSM.Log;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Execution;

/// <summary>Whether a machine's own store fits this replica: it goes on from there, is restored, or is refused; never
/// does the replica go on over a gap (R27).</summary>
internal static class StoreRecovery
{
    /// <summary>Opens the store, and says whether the log takes over from where it got to; if not, a snapshot must
    /// replace it.</summary>
    /// <exception cref="InvalidDataException">It must not be used; the message says what to do.</exception>
    public static bool GoesOn(Executor executor, ISnapshotStore snapshots, LogExtent log)
    {
        Open(executor);
        var mark = executor.Applied;
        var latest = snapshots.Latest(executor.Group);
        var known = Slot.Max(log.End, latest);
        if (mark > known)
        {
            throw new InvalidDataException(
                $"the state machine's own store holds what is applied through {mark}, and this node's log and "
                + $"snapshots know of nothing after {known}: one of them was put back from elsewhere, or lost its end. "
                + "Put back the two together as they were; or remove both, and let this machine join as a new member "
                + "(R13, R27)");
        }

        // Below a snapshot the log need not tell what was chosen, though it was not trimmed: the values stand there as
        // votes, and what vouched for them was a mark in memory. In a forked epoch nobody else could tell, either.
        var takesOver = mark >= log.Start;
        if (takesOver && mark >= latest)
        {
            return true;
        }

        if (executor.CanRestore)
        {
            return false;
        }

        if (takesOver && log.First > Slot.Zero && log.First <= mark.Next)
        {
            return true; // The others may tell.
        }

        var start = Slot.Max(log.Start, Slot.Max(latest, log.First.Previous));
        throw new InvalidDataException(
            $"the state machine's own store holds what is applied through {mark}, and this node's log begins after "
            + $"{start}: the store is an older copy, or lost its end, and the machine can't restore a "
            + $"snapshot. Put a store of this node in place that holds at least {start}; or remove store and "
            + "data folder, and let this machine join as a new member (R27)");
    }

    /// <summary>Takes over what the store holds, where there is one.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or another's.</exception>
    public static void Open(Executor executor)
    {
        try
        {
            _ = executor.TryReadStore();
        }
        catch (FormatException refused)
        {
            throw new InvalidDataException(
                $"the state machine's own store can't be used here: {refused.Message}. Put this node's own store back; "
                + "or give the machine an empty store, to be restored from a snapshot (R27)",
                refused);
        }
    }

    /// <summary>What is told where a machine that can't restore needs a snapshot.</summary>
    public static string LeftBehind(Executor executor, Slot snapshot) =>
        $"the state machine's own store holds what is applied through {executor.Applied}, the other replicas' logs "
        + $"begin later, and the machine can't restore their snapshot of {snapshot}: put a newer store of this node in "
        + "place, or let this machine join as a new member (R25, R27)";
}
