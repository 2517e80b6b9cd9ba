namespace PaxosSM.Runtime.Tracing;

/// <summary>An event of the protocol with where it comes from: a line of a trace, as <c>specs/traces.md</c>
/// documents.</summary>
/// <param name="Sequence">Its number within the life of the node, from 1, without a gap.</param>
/// <param name="At">The node's wall clock, in microseconds: for people; no rule depends on it.</param>
/// <param name="Group">The group.</param>
/// <param name="Origin">The life that it belongs to.</param>
/// <param name="Happened">What happened.</param>
public readonly record struct TraceEvent(
    long Sequence, long At, GroupId Group, TraceOrigin Origin, ProtocolEvent Happened)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Origin}#{Sequence} {Happened}";
}

/// <summary>A life of a node in an epoch.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Node">The node.</param>
/// <param name="Incarnation">Its life.</param>
public readonly record struct TraceOrigin(Epoch Epoch, NodeId Node, uint Incarnation)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Node}.{Incarnation}";
}
