using PaxosSM.Quorums;

namespace PaxosSM.Hosting;

/// <summary>What shall be different in the next epoch; what is not named stays as it is.</summary>
public sealed record MembershipChange
{
    /// <summary>The epoch that shall end; null for the present one. Of two administrators who name it one wins, and the
    /// other is told (R11).</summary>
    public Epoch? Expected { get; init; }

    /// <summary>Nodes to take in, or members to give other roles. A newcomer tells its storage itself.</summary>
    public IReadOnlyList<Member> Add { get; init; } = [];

    /// <summary>Names of members to let go.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];

    /// <summary>The quorum rule; null to keep it.</summary>
    public QuorumRule? Rule { get; init; }

    /// <summary>Who owns lanes; null to keep it.</summary>
    public DealPolicy? Deal { get; init; }

    /// <summary>Whether the group is wedged for maintenance; null to keep it as it is.</summary>
    public bool? Wedged { get; init; }

    /// <summary>Don't wait for newcomers to be caught up (R15).</summary>
    public bool Force { get; init; }

    /// <summary>The configuration that comes of it.</summary>
    /// <param name="present">The present one.</param>
    /// <param name="storageOf">The storage of a node that is no member; none while it was not met.</param>
    internal Configuration ApplyTo(Configuration present, Func<Member, StorageId> storageOf)
    {
        List<Member> members = [.. present.Members.Where(member => !Remove.Contains(member.Name))];
        foreach (var added in Add)
        {
            var place = members.FindIndex(member => member.Id == added.Id);
            var listed = added with { Storage = storageOf(added) };
            if (place >= 0)
            {
                members[place] = listed;
            }
            else
            {
                members.Add(listed);
            }
        }

        var number = new Configuration(present.Epoch.Next, members).NextNumber;
        return new(present.Epoch.Next, members, Rule ?? present.Rule, Deal ?? present.Deal)
        {
            NextNumber = Math.Max(number, present.NextNumber),
            IsWedged = Wedged ?? present.IsWedged,
        };
    }
}
