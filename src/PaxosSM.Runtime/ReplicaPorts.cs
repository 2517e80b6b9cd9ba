using PaxosSM.Messages;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime;

/// <summary>The world around one replica's driver.</summary>
public sealed class ReplicaPorts
{
    /// <summary>The host's log.</summary>
    public required IDurableLog Log { get; init; }

    /// <summary>The way to other members.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>The group's executor.</summary>
    public required IExecution Execution { get; init; }

    /// <summary>Moves snapshots between nodes.</summary>
    public required ISnapshotTransfer Snapshots { get; init; }

    /// <summary>Takes the core's events.</summary>
    public required IProtocolEventSink Events { get; init; }

    /// <summary>The wall clock, for what people read.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Takes the bounds of this node's reads, on the loop.</summary>
    public required Action<ReadBound> OnReadBound { get; init; }

    /// <summary>The replica halted for good: which, and why.</summary>
    public required Action<GroupId, string> OnHalted { get; init; }
}

/// <summary>Moves snapshots between nodes, beside the protocol. Nothing blocks.</summary>
public interface ISnapshotTransfer
{
    /// <summary>Fetches a snapshot, installs it, and tells the replica <see cref="SnapshotInstalled"/> or <see cref="SnapshotFailed"/>.</summary>
    void Start(SnapshotSource source);

    /// <summary>A <see cref="SnapshotRequest"/> or <see cref="SnapshotPiece"/> arrived.</summary>
    void OnMessage(NodeId from, Message message);

    /// <summary>Time went by.</summary>
    void OnTick(Instant now);
}
