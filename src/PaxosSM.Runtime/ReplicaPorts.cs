using PaxosSM.Messages;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime;

/// <summary>The world around one replica's driver.</summary>
public sealed class ReplicaPorts
{
    /// <summary>The host's log.</summary>
    public required IDurableLog Log { get; init; }

    /// <summary>Why something else on the log's device failed for good, such as a snapshot's flush; null while it
    /// works. R1 stops every role on a device whose flush failed, whichever file it was.</summary>
    public Func<string?> DeviceFailure { get; init; } = () => null;

    /// <summary>The way to other members.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>The group's executor.</summary>
    public required IExecution Execution { get; init; }

    /// <summary>Moves snapshots between nodes.</summary>
    public required ISnapshotTransfer Snapshots { get; init; }

    /// <summary>Takes the core's events.</summary>
    public required IProtocolEventSink Events { get; init; }

    /// <summary>Whether something around the replica needs the loop's ticks: it does not rest then.</summary>
    public Func<bool> IsBusy { get; init; } = () => false;

    /// <summary>The wall clock, for what people read.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Takes the bounds of this node's reads, on the loop.</summary>
    public required Action<ReadBound> OnReadBound { get; init; }

    /// <summary>A submission that <see cref="IReplica.Submit"/> took was refused after all, here or by the leader: why,
    /// and who leads according to whoever refused it. On the loop.</summary>
    public Action<PaxosError, NodeId> OnRefused { get; init; } = (_, _) => { };

    /// <summary>The epochs changed that the replica has to do with: whom it must reach, and who it is. On the loop, and
    /// once before it starts.</summary>
    public Action<GroupEpochs> OnEpochs { get; init; } = _ => { };

    /// <summary>Whether values are applied only once this node's log holds them: where the machine has a durable store
    /// of its own, which must not be ahead of the log (R27).</summary>
    public bool AppliesAfterWrite { get; init; }

    /// <summary>The replica halted for good: which, and why.</summary>
    public required Action<GroupId, string> OnHalted { get; init; }
}

/// <summary>Moves snapshots between nodes, beside the protocol. Nothing blocks.</summary>
public interface ISnapshotTransfer
{
    /// <summary>Fetches a snapshot, installs it, and tells the replica <see cref="SnapshotInstalled"/> or <see
    /// cref="SnapshotFailed"/>.</summary>
    void Start(SnapshotSource source);

    /// <summary>A <see cref="SnapshotRequest"/> or <see cref="SnapshotPiece"/> arrived.</summary>
    void OnMessage(NodeId from, Message message);

    /// <summary>Time went by.</summary>
    void OnTick(Instant now);
}
