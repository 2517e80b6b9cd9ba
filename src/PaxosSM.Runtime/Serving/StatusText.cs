using System.Globalization;
using System.Text;

namespace PaxosSM.Runtime.Serving;

/// <summary>Puts a replica's state into words: what a person needs who waits for an answer.</summary>
public static class StatusText
{
    /// <summary>Says who leads, or what is missing and since when.</summary>
    public static string Of(ReplicaStatus status)
    {
        var text = new StringBuilder();
        if (status.Halted is { } halted)
        {
            text.Append("replica ").Append(NameOf(status, status.Self)).Append(" has stopped: ").Append(halted);
            return text.ToString();
        }

        var missing = Missing(status);
        if (!HasQuorum(status))
        {
            // The leader's own claim is worth nothing then: it can't have a command chosen.
            text.Append("no quorum: ").Append(missing);
            return text.ToString();
        }

        if (status.Leader == NodeId.None)
        {
            text.Append("no leader: an election is under way");
        }
        else
        {
            text.Append(NameOf(status, status.Leader)).Append(" leads since ").Append(TimeOf(status.LeaderSince));
        }

        if (status.IsWedged)
        {
            text.Append(
                CultureInfo.InvariantCulture, $"; the group is wedged for maintenance in {status.Epoch!.Epoch}: it ");
            text.Append("answers queries, and takes no commands until an administrator unwedges it");
        }

        if (missing.Length > 0)
        {
            text.Append("; ").Append(missing);
        }

        if (status.Waiting.Length > 0 && status.Leader != NodeId.None)
        {
            text.Append("; ").Append(status.Waiting);
        }

        return text.ToString();
    }

    /// <summary>The leader's address; empty when nobody is known to lead, or when this replica has stopped: its clients
    /// had better go elsewhere.</summary>
    public static string LeaderAddress(ReplicaStatus status)
    {
        if (status.Halted is not null)
        {
            return string.Empty;
        }

        foreach (var member in status.Members)
        {
            if (member.Member.Id == status.Leader)
            {
                return member.Member.Address;
            }
        }

        return string.Empty;
    }

    // By the epoch's own rule; where none is known, by a majority.
    private static bool HasQuorum(ReplicaStatus status)
    {
        var configuration = status.Epoch?.Configuration
            ?? new(Epoch.First, [.. status.Members.Select(member => member.Member)]);
        var heard = from member in status.Members
                    where member.Reachable || member.Member.Id == status.Self
                    select member.Member.Id;
        return configuration.Acceptors.Count == 0
            || configuration.Quorums.CanLead(configuration.PlacesOf(configuration.Acceptors.Intersect(heard)));
    }

    private static string Missing(ReplicaStatus status)
    {
        var text = new StringBuilder();
        foreach (var member in status.Members)
        {
            if (member.Reachable || member.Member.Id == status.Self)
            {
                continue;
            }

            text.Append(text.Length > 0 ? ", " : string.Empty)
                .Append(member.Member.Name).Append(" unreachable since ").Append(TimeOf(member.Since));
            if (member.Detail.Length > 0)
            {
                text.Append(" (").Append(member.Detail).Append(')');
            }
        }

        return text.ToString();
    }

    private static string NameOf(ReplicaStatus status, NodeId id)
    {
        foreach (var member in status.Members)
        {
            if (member.Member.Id == id)
            {
                return member.Member.Name;
            }
        }

        return id.ToString();
    }

    private static string TimeOf(DateTimeOffset time) => time.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
