namespace PaxosSM.Quorums;

/// <summary>Which sets of acceptors decide. Every phase-1 quorum meets every phase-2 quorum.</summary>
public abstract class QuorumSystem
{
    private protected QuorumSystem(NodeSet acceptors) => Acceptors = acceptors;

    /// <summary>All acceptors.</summary>
    public NodeSet Acceptors { get; }

    /// <summary>f: how many acceptors may be lost, whichever they are.</summary>
    public abstract int FaultsTolerated { get; }

    /// <summary>Whether promises of these acceptors suffice.</summary>
    public abstract bool IsPhase1(NodeSet nodes);

    /// <summary>Whether votes of these acceptors suffice.</summary>
    public abstract bool IsPhase2(NodeSet nodes);

    /// <summary>Whether the set meets every phase-1 quorum: what a lease needs (R20b).</summary>
    public bool MeetsEveryPhase1(NodeSet nodes) => !IsPhase1(Acceptors.Without(nodes));

    /// <summary>Whether the set meets every phase-1 and every phase-2 quorum: what confirms a read's bound
    /// (R20a).</summary>
    public bool ConfirmsReads(NodeSet nodes) => MeetsEveryPhase1(nodes) && !IsPhase2(Acceptors.Without(nodes));

    /// <summary>Whether the set can both take over and choose: what a leader must hear (R23).</summary>
    public bool CanLead(NodeSet nodes) => IsPhase1(nodes) && IsPhase2(nodes);
}

/// <summary>More than half of the acceptors, for both phases.</summary>
public sealed class MajorityQuorums(NodeSet acceptors) : QuorumSystem(acceptors)
{
    /// <inheritdoc/>
    public override int FaultsTolerated => (Acceptors.Count - 1) / 2;

    /// <inheritdoc/>
    public override bool IsPhase1(NodeSet nodes) => nodes.Intersect(Acceptors).Count > Acceptors.Count / 2;

    /// <inheritdoc/>
    public override bool IsPhase2(NodeSet nodes) => IsPhase1(nodes);
}
