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
        if (traced.Group != group || origin.Epoch != history.Configuration.Epoch)
        {
            return $"{traced.Group} in {origin.Epoch} is not what is checked";
        }

        if (history.Find(origin.Node) is not { } node)
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

        return happened is Started started
            ? OnStarted(started, origin, !isNew && node.HasStarted)
            : OnOther(happened, !isNew && node.HasStarted, node.Roles);
    }

    private static string? OnStarted(Started started, TraceOrigin origin, bool again)
    {
        if (again)
        {
            return "a life begins once";
        }

        if (started.Incarnation != origin.Incarnation)
        {
            return "the life that begins is not the one that tells it";
        }

        return started.Memory is null != ((started.Roles & MemberRoles.Acceptor) == 0)
            ? "an acceptor, and nobody else, tells what it remembers"
            : null;
    }

    private static string? OnOther(ProtocolEvent happened, bool begun, MemberRoles roles)
    {
        if (happened is StateRestored)
        {
            return null; // the machine's state comes before the core's
        }

        if (!begun)
        {
            return "a life begins with what it remembers";
        }

        var needed = happened switch
        {
            PromiseMade or SyncVoted or SlotVoted or FaultFound or FaultRepaired => MemberRoles.Acceptor,
            Standing or TakenOver or Proposed or Counted => MemberRoles.Proposer,
            Applied or StateSaved or FrontierMoved => MemberRoles.Learner,
            ChosenThroughRaised or LeaderChanged or Trimmed or Diverged => MemberRoles.None,
            _ => MemberRoles.All + 1,
        };
        if (needed > MemberRoles.All)
        {
            return $"no rule knows events of the kind {happened.GetType().Name}";
        }

        return (roles & needed) == needed ? null : $"this node has not the role {needed}";
    }
}
