namespace PaxosSM.Runtime.Execution;

/// <summary>The settings of an <see cref="ApplyLoop"/>.</summary>
public sealed record ExecutionOptions
{
    /// <summary>When snapshots are taken.</summary>
    public SnapshotOptions Snapshots { get; init; } = new();

    /// <summary>Digests are taken at slots divisible by this: <see cref="ProtocolOptions.CheckpointSlots"/>. Default
    /// 4,096.</summary>
    public int CheckpointSlots { get; init; } = 4096;

    /// <summary>How many slots are applied between two rounds of answers. Default 256.</summary>
    public int RoundSlotsMax { get; init; } = 256;

    /// <summary>How many bytes of values are applied between two rounds of answers; one value may be larger. Default 4
    /// MiB.</summary>
    public long RoundBytesMax { get; init; } = 4L << 20;

    /// <summary>How many queries wait at most; more are told <see cref="PaxosError.Busy"/>. Default 65,536.</summary>
    public int QueriesMax { get; init; } = 1 << 16;

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not positive, or makes no sense beside another.</exception>
    public void Validate()
    {
        Snapshots.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointSlots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RoundSlotsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RoundBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueriesMax, 1);
    }
}
