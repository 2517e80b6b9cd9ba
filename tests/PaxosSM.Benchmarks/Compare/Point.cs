namespace PaxosSM.Benchmarks;

/// <summary>What a system is measured at.</summary>
/// <param name="Durable">Whether acknowledged commands are on stable storage at a majority.</param>
/// <param name="Size">Bytes of a command.</param>
/// <param name="Clients">Commands outstanding.</param>
internal sealed record Point(bool Durable, int Size, int Clients)
{
    /// <summary>Commands a second that arrive by a schedule; 0 for a closed loop.</summary>
    public double Rate { get; init; }

    /// <summary>Bytes that PaxosSM applies from one snapshot to the next; 0: as by default.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>What is added to the environment of the processes.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes that each snapshot of PaxosSM writes.</summary>
    public int StateBytes { get; init; }
}

/// <summary>What one run of three processes came to.</summary>
/// <param name="Rate">Commands acknowledged a second.</param>
/// <param name="MedianMicroseconds">Half took no longer.</param>
/// <param name="TailMicroseconds">99 of 100 took no longer.</param>
/// <param name="Processor">Processor time of all processes a command, in microseconds.</param>
/// <param name="Allocated">Bytes allocated in the loaded process a command; null where nobody told.</param>
/// <param name="Errors">Commands that failed.</param>
internal sealed record Reading(
    double Rate,
    double MedianMicroseconds,
    double TailMicroseconds,
    double Processor,
    double? Allocated,
    long Errors)
{
    /// <summary>999 of 1,000 took no longer.</summary>
    public double FarTailMicroseconds { get; init; }

    /// <summary>Snapshots begun in the loaded process.</summary>
    public long Snapshots { get; init; }
}
