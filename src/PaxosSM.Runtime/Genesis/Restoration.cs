using PaxosSM.Quorums;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Runtime.Genesis;

/// <summary>The backup that a cluster's first epoch goes on from (R33): every member holds the same one.</summary>
/// <param name="Backup">The backup's number: a digest of all its bytes.</param>
/// <param name="Epoch">The epoch that it is of; the cluster's first one follows it.</param>
/// <param name="Slot">The last slot that it covers; the cluster's first one follows it (R12).</param>
public sealed record Restoration(Guid Backup, Epoch Epoch, Slot Slot)
{
    /// <summary>How the restored cluster's first epoch begins.</summary>
    /// <param name="members">Its members, with their storages.</param>
    /// <param name="rule">Its quorum rule.</param>
    /// <param name="fork">Its fork: the same at every member, and no other cluster's.</param>
    public EpochStart StartOf(IReadOnlyList<Member> members, QuorumRule rule, ForkId fork) =>
        new(Slot, (uint)(fork.Value ^ (fork.Value >> 32)), new(Epoch.Next, members, rule));
}
