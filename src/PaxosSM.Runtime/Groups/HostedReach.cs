namespace PaxosSM.Runtime.Groups;

/// <summary>Whom a node must reach for the groups that it hosts beside the first one: most have the same members, so
/// that they are counted. For one caller at a time.</summary>
public sealed class HostedReach
{
    private readonly Dictionary<GroupId, IReadOnlyList<Member>> _groups = [];
    private readonly Dictionary<Member, int> _counts = [];

    /// <summary>All of them.</summary>
    public IEnumerable<Member> Everybody => _counts.Keys.OrderBy(member => member.Id.Value);

    /// <summary>A group's members are these now.</summary>
    /// <returns>Whether somebody came, or went.</returns>
    public bool On(GroupId group, IReadOnlyList<Member> members)
    {
        var changed = false;
        foreach (var member in members)
        {
            changed |= !_counts.TryGetValue(member, out var count);
            _counts[member] = count + 1;
        }

        changed |= Forget(group);
        _groups[group] = members;
        return changed;
    }

    /// <summary>A group is gone.</summary>
    /// <returns>Whether somebody went.</returns>
    public bool Forget(GroupId group)
    {
        var changed = false;
        if (_groups.Remove(group, out var members))
        {
            foreach (var member in members)
            {
                if (--_counts[member] == 0)
                {
                    changed |= _counts.Remove(member);
                }
            }
        }

        return changed;
    }
}
