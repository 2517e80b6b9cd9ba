using PaxosSM.Quorums;

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
    /// <param name="epoch">Its epoch.</param>
    /// <param name="members">Its members, in order.</param>
    /// <param name="rule">Its quorum rule; the majority's by default.</param>
    /// <param name="deal">Who owns lanes in it; null leaves it to each leader's settings.</param>
    public Configuration(
        Epoch epoch, IReadOnlyList<Member> members, QuorumRule rule = default, DealPolicy? deal = null)
    {
        Epoch = epoch;
        Rule = rule;
        Deal = deal;
        _members = [.. members];
        NextNumber = _members.Length == 0 ? (ushort)0 : (ushort)(_members.Max(member => member.Id.Value) + 1);
        All = Select(MemberRoles.None);
        Acceptors = Select(MemberRoles.Acceptor);
        Learners = Select(MemberRoles.Learner);
        Proposers = Select(MemberRoles.Proposer);
        HasLearnersApart = Learners.Except(Acceptors).Any();
    }

    /// <summary>Its epoch.</summary>
    public Epoch Epoch { get; }

    /// <summary>Its quorum rule.</summary>
    public QuorumRule Rule { get; }

    /// <summary>Who owns lanes (R8); null leaves it to each leader's settings.</summary>
    public DealPolicy? Deal { get; }

    /// <summary>The first number that no member of this epoch, or of one before, ever had: numbers are never given out
    /// twice.</summary>
    public ushort NextNumber { get; init; }

    /// <summary>Whether somebody learns and does not vote.</summary>
    public bool HasLearnersApart { get; }

    /// <summary>Whether the group is wedged for maintenance in this epoch: no command is applied and no session opened
    /// before an epoch that is not. Reads, keep-alives, time and timers go on.</summary>
    public bool IsWedged { get; init; }

    /// <summary>The fork that an operator began from what was left, without a quorum of the epoch before (R33): of this
    /// epoch and those that follow. None where the history is the one that genesis began.</summary>
    public ForkId Fork { get; init; }

    /// <summary>Whether an entry of that kind may be applied in the epoch: in a wedged one sessions are kept alive and
    /// closed, and nothing else.</summary>
    public bool Takes(EntryKind kind) => !IsWedged || kind is EntryKind.KeepAlive or EntryKind.CloseSession;

    /// <summary>Whether all of some entries may be applied in the epoch.</summary>
    public bool Takes(ReadOnlyMemory<byte> entries)
    {
        while (IsWedged && CommandEntry.TryRead(ref entries, out var entry))
        {
            if (!Takes(entry.Kind))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same members and rules in the next epoch, wedged or not.</summary>
    public Configuration InNextEpoch(bool wedged) => Copy(Epoch.Next, wedged, Fork);

    /// <summary>The same members and rules as those of the first epoch of another group.</summary>
    public Configuration AsFounders() => AsFounders(Epoch.First);

    /// <summary>The same members and rules as those of a later epoch that another group begins with: a restored one
    /// (R12).</summary>
    public Configuration AsFounders(Epoch epoch) => Copy(epoch, false, Fork);

    /// <summary>Its bytes, once somebody asked for them: an epoch's are sent and written again and again.</summary>
    internal byte[]? Encoded { get; set; }

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

    /// <summary>Which sets of its acceptors, by their places, decide.</summary>
    public QuorumSystem Quorums => field ??= Rule.Of(PlacesOf(Acceptors));

    /// <summary>How many learners must hold something that no bearable loss may take away: one more than acceptors may
    /// be lost, or all, if fewer (R14, R25).</summary>
    public int LearnersNeeded => Math.Min(Quorums.FaultsTolerated + 1, Learners.Count);

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

    /// <summary>The places of some members.</summary>
    public NodeSet PlacesOf(IEnumerable<NodeId> members)
    {
        var places = NodeSet.Empty;
        foreach (var member in members)
        {
            places = places.With(PlaceOf(member));
        }

        return places;
    }

    /// <summary>Why nobody could work with it; null when all is well.</summary>
    public string? Problem
    {
        get
        {
            if (_members.Length is 0 or > NodeSet.MembersMax)
            {
                return $"a configuration has 1 to {NodeSet.MembersMax} members, not {_members.Length}";
            }

            if (_members.Select(member => member.Id).Distinct().Count() != _members.Length
                || _members.Select(member => member.Name).Distinct(StringComparer.Ordinal).Count() != _members.Length)
            {
                return "two members have one number or name";
            }

            return Proposers.Count == 0 ? "there is no proposer"
                : Learners.Count == 0 ? "there is no learner"
                : Rule.ProblemFor(Acceptors.Count);
        }
    }

    /// <summary>The same in a fork: nobody but <see cref="Takeover.ForcedEnd"/> changes it, and it goes on from epoch
    /// to epoch.</summary>
    internal Configuration InFork(ForkId fork) => fork == Fork ? this : Copy(Epoch, IsWedged, fork);

    /// <summary>Whether the node is a member, with that very storage (R13).</summary>
    public bool Lists(NodeId id, StorageId storage) => Find(id) is { } member && member.Storage == storage;

    /// <summary>Its name, or its number where it is no member.</summary>
    public string NameOf(NodeId id) => Find(id)?.Name ?? id.ToString();

    private Configuration Copy(Epoch epoch, bool wedged, ForkId fork) =>
        new(epoch, _members, Rule, Deal) { NextNumber = NextNumber, IsWedged = wedged, Fork = fork };

    private NodeId[] Select(MemberRoles role) =>
        [.. from member in _members where (member.Roles & role) == role select member.Id];
}
