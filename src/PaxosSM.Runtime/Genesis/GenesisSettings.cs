using PaxosSM.Quorums;

namespace PaxosSM.Runtime.Genesis;

/// <summary>Who takes part in genesis, and as whom.</summary>
/// <param name="Self">This member.</param>
/// <param name="Storage">The storage that this member's folder made at its first start.</param>
/// <param name="Members">The configured members, numbered from 0 in order; their storages are not known yet.</param>
/// <param name="Durability">What this member's votes survive (R26).</param>
public sealed record GenesisSettings(
    NodeId Self, StorageId Storage, IReadOnlyList<Member> Members, Durability Durability)
{
    /// <summary>The first epoch's quorum rule: the same at every member. Default the majority's.</summary>
    public QuorumRule Rule { get; init; }

    /// <summary>The backup that this member holds and shall restore; null for none.</summary>
    public Restoration? Restores { get; init; }

    /// <summary>How often an unfinished exchange is repeated, and a straggler answered at most. Default 200
    /// ms.</summary>
    public TimeSpan ResendInterval { get; init; } = TimeSpan.FromMilliseconds(200);
}
