using PaxosSM.Runtime.Tracing;

namespace PaxosSM.Testing.Traces;

/// <summary>Every event belongs to a life of a member, the next one of it, and is of a kind that the rules
/// know.</summary>
/// <param name="group">The group that is checked.</param>
internal sealed class LifeRule(GroupId group) : TraceRule("trace")
{
    public override string? On(in TraceEvent traced, TraceHistory history)
    {
        var (origin, happened) = (traced.Origin, traced.Happened);
        if (traced.Group != group)
        {
            return $"{traced.Group} is not what is checked";
        }

        if (history.Group.Find(origin.Node) is not { } node)
        {
            return "this node is no member";
        }

        // A disk that was replaced counts lives anew; but such a node only learns (R13).
        var isNew = traced.Sequence == 1;
        var expected = origin.Incarnation == node.Life ? node.Sequence + 1 : 1;
        if (isNew ? origin.Incarnation <= node.Life && happened is not Started { Memory: null }
            : traced.Sequence != expected || origin.Incarnation != node.Life)
        {
            return $"event {expected} of this life should be next; node {origin.Node} is in life {node.Life}";
        }

        var present = isNew ? history.Group.First.Epoch : node.Epoch;
        if (happened is EpochBegan began)
        {
            return OnBegan(began, origin, present);
        }

        if (origin.Epoch != present)
        {
            return $"this node is in {present}";
        }

        return happened is Started started
            ? OnStarted(started, origin, history, !isNew && node.HasStarted)
            : OnOther(happened, !isNew && node.HasStarted, node, history.Group);
    }

    private static string? OnBegan(EpochBegan began, TraceOrigin origin, Epoch present)
    {
        if (began.Start.Epoch != origin.Epoch || origin.Epoch <= present)
        {
            return $"{began.Start.Epoch} does not follow {present}";
        }

        return IsListed(began.Roles, origin.Node, began.Start.Configuration)
            ? null
            : $"{began.Start.Epoch} gives it other roles";
    }

    // Whoever is not listed as a member, or whose disk was replaced, may learn on.
    private static bool IsListed(MemberRoles roles, NodeId node, Configuration configuration) =>
        (roles & ~MemberRoles.Learner & ~(configuration.Find(node)?.Roles ?? MemberRoles.None)) == MemberRoles.None;

    private static string? OnStarted(Started started, TraceOrigin origin, TraceHistory history, bool again)
    {
        if (again)
        {
            return "a life begins once";
        }

        if (started.Incarnation != origin.Incarnation)
        {
            return "the life that begins is not the one that tells it";
        }

        if (origin.Epoch != history.Group.First.Epoch
            && !IsListed(started.Roles, origin.Node, history.Configuration))
        {
            return $"{origin.Epoch} gives it other roles";
        }

        return started.Memory is null != ((started.Roles & MemberRoles.Acceptor) == 0)
            ? "an acceptor, and nobody else, tells what it remembers"
            : null;
    }

    private static string? OnOther(ProtocolEvent happened, bool begun, NodeHistory node, GroupHistory group)
    {
        if (happened is StateRestored)
        {
            return null; // the machine's state comes before the core's
        }

        if (!begun)
        {
            return "a life begins with what it remembers";
        }

        // An executor may be behind; and who is to learn in an epoch that has begun elsewhere learns already.
        var learns = node.HasLearned || node.Epoch < group.Newest.Epoch;
        var needed = happened switch
        {
            PromiseMade or SyncVoted or SlotVoted or FaultFound or FaultRepaired => MemberRoles.Acceptor,
            Standing or TakenOver or Proposed or Counted => MemberRoles.Proposer,
            Applied or StateSaved or FrontierMoved when !learns => MemberRoles.Learner,
            Applied or StateSaved or FrontierMoved => MemberRoles.None,
            ChosenThroughRaised or LeaderChanged or Trimmed or Diverged or HandedOver => MemberRoles.None,
            _ => MemberRoles.All + 1,
        };
        if (needed > MemberRoles.All)
        {
            return $"no rule knows events of the kind {happened.GetType().Name}";
        }

        return (node.Roles & needed) == needed ? null : $"this node has not the role {needed}";
    }
}
