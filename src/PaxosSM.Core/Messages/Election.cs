namespace PaxosSM.Messages;

/// <summary>The process' sign of life, on the host's group (R22).</summary>
/// <param name="Sequence">Counts up within the sender's life.</param>
/// <param name="Hears">The members that the sender heard of late.</param>
/// <param name="Healthy">False when the sender's disk or replication is stuck: then it counts as dead.</param>
public sealed record Alive(long Sequence, IReadOnlyList<NodeId> Hears, bool Healthy) : Message;

/// <summary>Would you follow me? Asked before a ballot is spent (R23), so that a node that merely lost sight of the
/// leader deposes nobody.</summary>
/// <param name="Round">The asker's attempt.</param>
public sealed record Canvass(long Round) : Message;

/// <summary>The answer to <see cref="Canvass"/>.</summary>
/// <param name="Round">The attempt asked about.</param>
/// <param name="Willing">True when the sender hears no leader that makes progress.</param>
/// <param name="Promised">The promise that the sender holds: the next ballot must be above it.</param>
public sealed record CanvassReply(long Round, bool Willing, Ballot Promised) : Message;
