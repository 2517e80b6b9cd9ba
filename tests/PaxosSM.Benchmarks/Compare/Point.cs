namespace PaxosSM.Benchmarks;

/// <summary>What a system is measured at.</summary>
/// <param name="Durable">Whether acknowledged commands are on stable storage at a majority.</param>
/// <param name="Size">Bytes of a command.</param>
/// <param name="Clients">Commands outstanding.</param>
internal sealed record Point(bool Durable, int Size, int Clients);

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
    long Errors);
