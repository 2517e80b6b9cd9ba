using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime;

/// <summary>What the parts around a group's core may ask of it. Safe for use by many threads; nothing blocks.</summary>
public interface IReplica
{
    /// <summary>The group.</summary>
    GroupId Group { get; }

    /// <summary>What people want to know, as of the last pump.</summary>
    ReplicaStatus Status { get; }

    /// <summary>Hands an input to the core, in order of arrival.</summary>
    void Post(Input input);

    /// <summary>Proposes commands here if this node leads, else forwards them to the leader. What is lost on the way is
    /// not told: the client sends again.</summary>
    /// <param name="entries">Well-formed entries as <see cref="CommandEntry"/> lays them out; the caller leaves them
    /// alone afterwards.</param>
    /// <param name="count">How many.</param>
    /// <returns><see cref="PaxosError.None"/> when taken; <see cref="PaxosError.Busy"/> or <see
    /// cref="PaxosError.NotLeader"/> (nobody is known to lead) when nothing was done;
    /// <see cref="PaxosError.Wedged"/> when the group takes none; <see cref="PaxosError.Stopped"/> when this replica
    /// has halted.</returns>
    PaxosError Submit(ReadOnlyMemory<byte> entries, int count);
}

/// <summary>A group's state on this node, for people, health checks, metrics and error messages.</summary>
/// <param name="Self">This node.</param>
/// <param name="Leader">Who leads; <see cref="NodeId.None"/> when nobody is known to.</param>
/// <param name="Ballot">The leader's ballot.</param>
/// <param name="LeaderSince">Since when that is so, by the wall clock.</param>
/// <param name="ChosenThrough">The frontier.</param>
/// <param name="Applied">The last slot executed here.</param>
/// <param name="SnapshotThrough">What the newest durable snapshot here covers.</param>
/// <param name="TrimmedTo">The log's floor.</param>
/// <param name="Members">The members, and how far each was heard of.</param>
/// <param name="Digest">The last digests taken here, to be compared with another replica's of the same slot (R28); null
/// before the first.</param>
/// <param name="Halted">Why this replica stopped for good; null while it works.</param>
/// <param name="Waiting">What the next slot waits for, in words; empty when nothing waits.</param>
public sealed record ReplicaStatus(
    NodeId Self,
    NodeId Leader,
    Ballot Ballot,
    DateTimeOffset LeaderSince,
    Slot ChosenThrough,
    Slot Applied,
    Slot SnapshotThrough,
    Slot TrimmedTo,
    IReadOnlyList<MemberStatus> Members,
    DigestTaken? Digest,
    string? Halted,
    string Waiting)
{
    /// <summary>The bytes of chosen values that the core holds: bounded by its options, a lagging executor
    /// aside.</summary>
    public long RetainedBytes { get; init; }

    /// <summary>Whether it rests: nothing is under way, and nothing is sent, until something comes.</summary>
    public bool Rests { get; init; }

    /// <summary>How the present epoch began, and who its members are; null where nobody said.</summary>
    public EpochStart? Epoch { get; init; }

    /// <summary>Whether the group is wedged for maintenance in the present epoch.</summary>
    public bool IsWedged => Epoch is { Configuration.IsWedged: true };

    /// <summary>Whether enough members have started the present epoch (R14).</summary>
    public bool IsHandedOver { get; init; } = true;

    /// <summary>What this node does in it; none when it is no member (any more).</summary>
    public MemberRoles Roles { get; init; } = MemberRoles.All;

    /// <summary>Whether this node is drained: it hands leadership and lanes on, and sends its clients on.</summary>
    public bool IsDrained { get; init; }

    /// <summary>The lanes of the present reign, as this node knows them; empty where it is no owner.</summary>
    public IReadOnlyList<LaneState> Lanes { get; init; } = [];
}

/// <summary>A member as this node sees it.</summary>
/// <param name="Member">The member.</param>
/// <param name="Reachable">Whether it was heard of late (R22).</param>
/// <param name="Since">Since when that is so, by the wall clock.</param>
/// <param name="Detail">The connection's last error, or a note such as "storage replaced".</param>
public sealed record MemberStatus(Member Member, bool Reachable, DateTimeOffset Since, string Detail);
