using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime;

/// <summary>What a group on a node works with.</summary>
public sealed record GroupSettings
{
    /// <summary>Who the replica is.</summary>
    public required ReplicaContext Context { get; init; }

    /// <summary>The host's log.</summary>
    public required IDurableLog Log { get; init; }

    /// <summary>See <see cref="ReplicaPorts.DeviceFailure"/>.</summary>
    public required Func<string?> DeviceFailure { get; init; }

    /// <summary>The way to the others.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>Takes the core's events.</summary>
    public required IProtocolEventSink Events { get; init; }

    /// <summary>Is told of snapshots.</summary>
    public required IExecutionObserver Observer { get; init; }

    /// <summary>The replica halted for good.</summary>
    public required Action<GroupId, string> OnHalted { get; init; }

    /// <summary>This node's storage: only a configuration that lists it means this node (R13).</summary>
    public StorageId Storage { get; init; }

    /// <summary>How the first epoch of a restored group begins (R12); null for a group that began with
    /// nothing.</summary>
    public EpochStart? Start { get; init; }

    /// <summary>See <see cref="PaxosSM.Execution.Executor.StoreOwner"/>: a node that joins does not know the fork
    /// before it has met a member.</summary>
    public Func<string> StoreOwner { get; init; } = () => string.Empty;

    /// <summary>See <see cref="PaxosSM.Execution.Executor.Origin"/>.</summary>
    public Func<ForkId> Origin { get; init; } = () => ForkId.None;

    /// <summary>See <see cref="ReplicaPorts.OnEpochs"/>.</summary>
    public Action<GroupEpochs> OnEpochs { get; init; } = _ => { };

    /// <summary>Whether it rests from the start, where nothing is left to do: a node of many groups has time for them
    /// by and by.</summary>
    public bool StartsAtRest { get; init; }

    /// <summary>The clocks.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The executor's settings.</summary>
    public required ExecutionOptions Execution { get; init; }

    /// <summary>How snapshots travel.</summary>
    public SnapshotTransferOptions Transfer { get; init; } = new();
}
