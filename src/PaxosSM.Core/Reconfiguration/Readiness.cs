namespace PaxosSM.Reconfiguration;

/// <summary>Whether an epoch's members could work at once (R15): a change must cost clients a few round trips, not the
/// time that a newcomer takes to learn.</summary>
internal static class Readiness
{
    /// <summary>Judges a wish.</summary>
    /// <param name="context">The leader's.</param>
    /// <param name="wish">The wish.</param>
    /// <param name="progress">How far a guest has come, as it told; null for one that told nothing.</param>
    /// <param name="chosenThrough">What is chosen.</param>
    /// <returns>Why not, with words for people; none when it may be done.</returns>
    public static (ReconfigurationError Error, string Text) Check(
        ReplicaContext context, ReconfigurationRequested wish, Func<NodeId, Slot?> progress, Slot chosenThrough)
    {
        var (present, next) = (context.Configuration, wish.Next);
        if (wish.Expected != present.Epoch || next.Epoch != present.Epoch.Next)
        {
            return (
                ReconfigurationError.EpochSuperseded,
                $"{present.Epoch} is the present epoch, not {wish.Expected}: {Names(present)}");
        }

        if ((next.Problem ?? Flaw(present, next)) is { } problem)
        {
            return (ReconfigurationError.Invalid, problem);
        }

        return wish.Force ? default : CheckNext(context, next, progress, chosenThrough);
    }

    // R13: number and storage together are an identity. A number may come back with another storage: the one that it
    // had is nobody from then on.
    private static string? Flaw(Configuration present, Configuration next)
    {
        var nameless = next.Members.FirstOrDefault(member => member.Storage == StorageId.None);
        return nameless is not null ? $"{nameless.Name} has no storage: it must have started once"
            : next.NextNumber < present.NextNumber ? "numbers of members are never given out twice"
            : null;
    }

    private static (ReconfigurationError Error, string Text) CheckNext(
        ReplicaContext context, Configuration next, Func<NodeId, Slot?> progress, Slot chosenThrough)
    {
        if (!next.Quorums.CanLead(next.PlacesOf(next.Acceptors.Where(context.Hears))))
        {
            var silent = next.Acceptors.Where(node => !context.Hears(node)).Select(next.NameOf);
            return (ReconfigurationError.WouldLoseQuorum, $"not heard of: {string.Join(", ", silent)}");
        }

        // Who only votes needs nothing of what came before; of the learners as many must have it as R14 asks for.
        List<string> lagging = [];
        foreach (var member in next.Members.Where(member => (member.Roles & MemberRoles.Learner) != 0))
        {
            if (LagOf(context, member, progress, chosenThrough) is { } lag)
            {
                lagging.Add($"{member.Name} {lag}");
            }
        }

        return next.Learners.Count - lagging.Count >= next.LearnersNeeded
            ? default
            : (ReconfigurationError.NotCaughtUp, string.Join(", ", lagging));
    }

    // Who learns now, with the same disk, has it or soon will.
    private static string? LagOf(
        ReplicaContext context, Member member, Func<NodeId, Slot?> progress, Slot chosenThrough)
    {
        if (!context.Hears(member.Id))
        {
            return "is not heard of";
        }

        var present = context.Configuration.Find(member.Id);
        if (present is not null && present.Storage == member.Storage && (present.Roles & MemberRoles.Learner) != 0)
        {
            return null;
        }

        if (progress(member.Id) is not { } through)
        {
            return "has not told yet how far it has come";
        }

        var lag = chosenThrough.Index - through.Index;
        return lag > context.Options.HorizonSlots ? $"lags {lag} slots behind {chosenThrough}" : null;
    }

    private static string Names(Configuration configuration) =>
        string.Join(", ", configuration.Members.Select(member => member.Name));
}
