namespace PaxosSM.Runtime;

/// <summary>Memory for payloads, lent again and again: a batch that waits in memory for the next snapshot is old when
/// it goes, and would cost a generational collector more than a thousand that die young.</summary>
/// <remarks>Safe for use by many threads. What is not given back is collected like anything else.</remarks>
public sealed class PayloadPool
{
    // What is smaller costs less as the collector's.
    private const int LentBytesMin = 256;

    // As much as snapshots, which let go of a log all at once, leave behind them; but a small machine's is its user's.
    private const long KeptBytesMax = 256L << 20;
    private const int MemoryShare = 16;
    private const int SlabBytes = 1 << 20;
    private const int SpoiltSlabBytes = 1 << 16;

    [ThreadStatic]
    private static PayloadPool? _here;
    private readonly PayloadSlabs _slabs;
    private readonly PayloadPieces _pieces;
    private readonly int _lentBytesMin;

    private PayloadPool(int lentBytesMin, int slabBytes, bool spoils)
    {
        var keptBytesMax = Math.Min(KeptBytesMax, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare);
        _lentBytesMin = lentBytesMin;
        _slabs = new(slabBytes, keptBytesMax, spoils);
        _pieces = new(keptBytesMax, spoils);
    }

    /// <summary>The pool of the thread: the process' own, unless <see cref="UseHere"/> said otherwise.</summary>
    public static PayloadPool Current => _here ?? Shared;

    private static PayloadPool Shared { get; } = new(LentBytesMin, SlabBytes, spoils: false);

    /// <summary>A pool that lends even the smallest piece, and overwrites at once what is given back: whoever reads it
    /// still is found out.</summary>
    public static PayloadPool Spoiling() => new(1, SpoiltSlabBytes, spoils: true);

    /// <summary>A pool that lends nothing: all that it gives is the collector's.</summary>
    public static PayloadPool LendingNothing() => new(int.MaxValue, SpoiltSlabBytes, spoils: false);

    /// <summary>Has this thread use a pool.</summary>
    /// <param name="pool">The pool; null for the process' own.</param>
    public static void UseHere(PayloadPool? pool) => _here = pool;

    /// <summary>Memory of exactly so many bytes, of whatever content, for what may lie in the log for a while. Small
    /// pieces, and very large ones, are plain arrays.</summary>
    public Memory<byte> Lend(int bytes) =>
        bytes < _lentBytesMin ? GC.AllocateUninitializedArray<byte>(bytes)
        : bytes <= _slabs.PieceBytesMax ? _slabs.Lend(bytes)
        : _pieces.Lend(bytes);

    /// <summary>The same for what is given back at once.</summary>
    public Memory<byte> LendBriefly(int bytes) =>
        bytes < _lentBytesMin ? GC.AllocateUninitializedArray<byte>(bytes) : _pieces.Lend(bytes);
}
