namespace PaxosSM;

/// <summary>What a member does.</summary>
[Flags]
public enum MemberRoles : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Leads, or owns lanes.</summary>
    Proposer = 1,

    /// <summary>Promises and votes.</summary>
    Acceptor = 2,

    /// <summary>Applies, and serves clients.</summary>
    Learner = 4,

    /// <summary>All three.</summary>
    All = Proposer | Acceptor | Learner,
}

/// <summary>One member of an epoch.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name, as people write it.</param>
/// <param name="Address">Host and port.</param>
/// <param name="Roles">What it does.</param>
/// <param name="Storage">The disk that genesis, or the epoch's change, bound it to (R13); none before genesis.</param>
public sealed record Member(NodeId Id, string Name, string Address, MemberRoles Roles, StorageId Storage);

/// <summary>An epoch's members. Immutable.</summary>
public sealed class Configuration
{
    private readonly Member[] _members;

    /// <summary>A configuration of the given members.</summary>
    public Configuration(Epoch epoch, IReadOnlyList<Member> members)
    {
        Epoch = epoch;
        _members = [.. members];
        All = Select(MemberRoles.None);
        Acceptors = Select(MemberRoles.Acceptor);
        Learners = Select(MemberRoles.Learner);
        Proposers = Select(MemberRoles.Proposer);
    }

    /// <summary>Its epoch.</summary>
    public Epoch Epoch { get; }

    /// <summary>Its members, in order.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>All members' numbers.</summary>
    public IReadOnlyList<NodeId> All { get; }

    /// <summary>The acceptors.</summary>
    public IReadOnlyList<NodeId> Acceptors { get; }

    /// <summary>The learners.</summary>
    public IReadOnlyList<NodeId> Learners { get; }

    /// <summary>The proposers.</summary>
    public IReadOnlyList<NodeId> Proposers { get; }

    /// <summary>The member of that number, if there is one.</summary>
    public Member? Find(NodeId id)
    {
        foreach (var member in _members)
        {
            if (member.Id == id)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>The member's place in the order; -1 for no member.</summary>
    public int PlaceOf(NodeId id)
    {
        for (var place = 0; place < _members.Length; place++)
        {
            if (_members[place].Id == id)
            {
                return place;
            }
        }

        return -1;
    }

    /// <summary>Its name, or its number where it is no member.</summary>
    public string NameOf(NodeId id) => Find(id)?.Name ?? id.ToString();

    private NodeId[] Select(MemberRoles role) =>
        [.. from member in _members where (member.Roles & role) == role select member.Id];
}
