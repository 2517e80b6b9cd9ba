using PaxosSM.Quorums;

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
        var quorums = new ReplicaContext(
            context.Group, context.Self, context.Incarnation, next, context.Options, 0).Quorums;
        var (heard, ready) = (NodeSet.Empty, NodeSet.Empty);
        List<string> lagging = [];
        foreach (var member in next.Members.Where(member => (member.Roles & MemberRoles.Acceptor) != 0))
        {
            var place = next.PlaceOf(member.Id);
            heard = context.Hears(member.Id) ? heard.With(place) : heard;
            var lag = LagOf(context, member, progress, chosenThrough);
            if (lag is null)
            {
                ready = context.Hears(member.Id) ? ready.With(place) : ready;
            }
            else
            {
                lagging.Add($"{member.Name} {lag}");
            }
        }

        if (!quorums.CanLead(heard))
        {
            var silent = next.Acceptors.Where(node => !context.Hears(node)).Select(next.NameOf);
            return (ReconfigurationError.WouldLoseQuorum, $"not heard of: {string.Join(", ", silent)}");
        }

        return quorums.CanLead(ready)
            ? default
            : (ReconfigurationError.NotCaughtUp, string.Join(", ", lagging));
    }

    // Who votes now holds what is chosen, or soon will; who only votes then needs nothing of what came before.
    private static string? LagOf(
        ReplicaContext context, Member member, Func<NodeId, Slot?> progress, Slot chosenThrough)
    {
        var present = context.Configuration.Find(member.Id);
        if ((member.Roles & MemberRoles.Learner) == 0
            || (present is not null && (present.Roles & (MemberRoles.Acceptor | MemberRoles.Learner)) != 0))
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
