namespace PaxosSM.Runtime.Wire;

/// <summary>Checks a member's identity against the configuration and against what was seen of it before
/// (R13).</summary>
/// <remarks>
/// Refused: another cluster; another fork, unless one of the two is before genesis; no member, or this node itself; an
/// earlier life of a disk than the last one seen; the same life with another boot number, which is a second live copy.
/// A disk that is not the listed one is accepted and told: what its owner may do is the roles' matter, not the wire's.
/// For two disks of a member is remembered what was seen: the listed one, and the last other one.
/// </remarks>
public sealed class PeerRegistry : IPeerPolicy
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, Seen> _seen = [];
    private readonly Func<NodeIdentity> _self;
    private readonly Func<Configuration> _members;

    /// <summary>A registry that has seen nobody.</summary>
    /// <param name="self">Who this node is now; fork and epoch change.</param>
    /// <param name="members">The configuration now.</param>
    public PeerRegistry(Func<NodeIdentity> self, Func<Configuration> members)
    {
        _self = self;
        _members = members;
    }

    /// <summary>Told of each acceptance, on the connection's thread: must not block.</summary>
    public Action<PeerFacts>? Learned { get; init; }

    /// <summary>Told when a second copy was refused, on the connection's thread: must not block.</summary>
    public Action<TwoCopies>? Alarmed { get; init; }

    /// <inheritdoc/>
    public PeerVerdict Check(NodeIdentity remote)
    {
        var self = _self();
        var verdict = CheckCluster(self, remote);
        if (!verdict.Accepted)
        {
            return verdict;
        }

        if (_members().Find(remote.Node) is not { } member)
        {
            return PeerVerdict.Refuse(RefusalReason.Node, $"{remote.Node} is no member");
        }

        if (remote.Node == self.Node)
        {
            return RefuseOwnName(self, remote);
        }

        PeerFacts facts = new(remote, member.Storage);
        TwoCopies? alarm;
        lock (_gate)
        {
            verdict = CheckLife(facts, member.Name, out alarm);
        }

        // Outside the lock: the host may ask back.
        if (alarm is not null)
        {
            Alarmed?.Invoke(alarm);
        }
        else if (verdict.Accepted)
        {
            Learned?.Invoke(facts);
        }

        return verdict;
    }

    /// <inheritdoc/>
    public PeerVerdict CheckClient(NodeIdentity remote)
    {
        var self = _self();
        var verdict = CheckCluster(self, remote);
        return verdict.Accepted || verdict.Reason != RefusalReason.Fork
            ? verdict
            : PeerVerdict.Refuse(
                RefusalReason.Fork,
                $"this is fork {self.Fork} of the cluster, and the client met {remote.Fork}: the cluster was restored "
                + "or forced since, and may not know all that was acknowledged; a new client goes on with what it "
                + "knows");
    }

    private static PeerVerdict CheckCluster(NodeIdentity self, NodeIdentity remote)
    {
        if (remote.Cluster != self.Cluster)
        {
            return PeerVerdict.Refuse(RefusalReason.Cluster, $"this is cluster {self.Cluster}, not {remote.Cluster}");
        }

        return remote.Fork == self.Fork || remote.Fork == ForkId.None || self.Fork == ForkId.None
            ? PeerVerdict.Accept
            : PeerVerdict.Refuse(RefusalReason.Fork, $"this is fork {self.Fork}, not {remote.Fork}");
    }

    private PeerVerdict RefuseOwnName(NodeIdentity self, NodeIdentity remote)
    {
        if (remote.Boot == self.Boot)
        {
            return PeerVerdict.Refuse(
                RefusalReason.Node, $"{remote.Node} is this node itself: its address stands for another member too");
        }

        Alarmed?.Invoke(new(self, remote));
        return PeerVerdict.Refuse(RefusalReason.TwoCopies, $"{remote.Node} is this node's own name");
    }

    private PeerVerdict CheckLife(PeerFacts facts, string name, out TwoCopies? alarm)
    {
        alarm = null;
        var remote = facts.Identity;
        var seen = _seen.GetValueOrDefault(remote.Node);
        var known = facts.IsStranger ? seen.Stranger : seen.Listed;
        if (known is not null && known.Storage == remote.Storage)
        {
            if (remote.Incarnation < known.Incarnation)
            {
                return PeerVerdict.Refuse(
                    RefusalReason.Incarnation,
                    $"{name} is in life {known.Incarnation}; this is its life {remote.Incarnation}");
            }

            if (remote.Incarnation == known.Incarnation && remote.Boot != known.Boot)
            {
                alarm = new(known, remote);
                return PeerVerdict.Refuse(
                    RefusalReason.TwoCopies,
                    $"another process lives as {name}, storage {known.Storage}, life {known.Incarnation}");
            }
        }

        _seen[remote.Node] = facts.IsStranger ? seen with { Stranger = remote } : seen with { Listed = remote };
        return PeerVerdict.Accept;
    }

    private readonly record struct Seen(NodeIdentity? Listed, NodeIdentity? Stranger);
}
