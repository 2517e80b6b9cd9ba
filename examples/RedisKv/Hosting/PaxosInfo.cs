using System.Globalization;
using System.Text;
using PaxosSM.Runtime;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>The section of INFO that tells how a member stands, as Redis lays sections out.</summary>
internal static class PaxosInfo
{
    /// <summary>Puts a member's state into lines.</summary>
    /// <param name="self">The member's name.</param>
    /// <param name="waiting">What it waits for; empty for nothing.</param>
    /// <param name="onlyLearns">Why it only learns; null when it does not.</param>
    /// <param name="status">The group's state there; null before genesis has ended.</param>
    public static string Describe(string self, string waiting, string? onlyLearns, ReplicaStatus? status)
    {
        var text = new StringBuilder("# Paxos\r\n");
        Add("self", self);
        Add("waiting", waiting);
        if (status is null)
        {
            return text.ToString();
        }

        Add("epoch", status.Epoch is { } epoch ? $"{epoch.Epoch.Number},{epoch.Base.Index}" : string.Empty);
        Add("wedged", status.IsWedged ? "yes" : "no");
        Add("roles", status.Roles.ToString().ToLowerInvariant());
        Add("leader", status.Members.FirstOrDefault(member => member.Member.Id == status.Leader)?.Member.Name
            ?? string.Empty);
        Add("ballot", status.Ballot.ToString());
        Add("chosen", status.ChosenThrough.Index.ToString(CultureInfo.InvariantCulture));
        Add("applied", status.Applied.Index.ToString(CultureInfo.InvariantCulture));
        Add("snapshot", status.SnapshotThrough.Index.ToString(CultureInfo.InvariantCulture));
        Add("trimmed", status.TrimmedTo.Index.ToString(CultureInfo.InvariantCulture));
        Add("digest", status.Digest is { } taken ? $"{taken.Slot},{taken.Chain:x16},{taken.Digest:x16}"
            : string.Empty);
        Add("only_learns", onlyLearns ?? string.Empty);
        Add("halted", status.Halted?.Split('\n')[0] ?? string.Empty);
        foreach (var lane in status.Lanes)
        {
            var awaited = lane.IsAwaited ? "awaited" : string.Empty;
            Add($"lane_{lane.Lane.Index}", $"{lane.Owner},{lane.Through.Index},{awaited}");
        }

        foreach (var member in status.Members)
        {
            Add("member_" + member.Member.Name,
                $"{(member.Reachable ? "up" : "down")},{member.Member.Address},{member.Detail}");
        }

        return text.ToString();

        void Add(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"paxos_{name}:{value}\r\n");
    }
}
