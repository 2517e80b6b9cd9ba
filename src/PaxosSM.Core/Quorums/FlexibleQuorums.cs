namespace PaxosSM.Quorums;

/// <summary>So many acceptors for phase 1, so many for phase 2; together more than there are.</summary>
public sealed class FlexibleQuorums(NodeSet acceptors, int phase1, int phase2) : QuorumSystem(acceptors)
{
    /// <inheritdoc/>
    public override int FaultsTolerated => Acceptors.Count - Math.Max(phase1, phase2);

    /// <inheritdoc/>
    public override bool IsPhase1(NodeSet nodes) => nodes.Intersect(Acceptors).Count >= phase1;

    /// <inheritdoc/>
    public override bool IsPhase2(NodeSet nodes) => nodes.Intersect(Acceptors).Count >= phase2;
}
