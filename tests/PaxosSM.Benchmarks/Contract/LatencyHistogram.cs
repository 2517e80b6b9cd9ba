using System.Diagnostics;
using System.Numerics;

namespace PaxosSM.Benchmarks;

/// <summary>Latencies in buckets of at most 1.6 % width. For one thread at a time.</summary>
internal sealed class LatencyHistogram
{
    // Values below this have a bucket each; above it, so many buckets for each power of two.
    private const int Fine = 64;
    private static readonly int FineBits = BitOperations.Log2(Fine);
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private readonly long[] _buckets = new long[(64 - FineBits) * Fine];

    /// <summary>How many were added.</summary>
    public long Count { get; private set; }

    /// <param name="ticks">Of <see cref="Stopwatch"/>.</param>
    public void Add(long ticks)
    {
        _buckets[BucketOf((ulong)Math.Max(0, ticks * NanosecondsPerTick))]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            _buckets[bucket] += other._buckets[bucket];
        }

        Count += other.Count;
    }

    /// <summary>The latency that a share of all does not exceed, in microseconds; 0 when there are none.</summary>
    public double Microseconds(double share)
    {
        var (rank, seen) = ((long)(Count * share), 0L);
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            seen += _buckets[bucket];
            if (seen > rank)
            {
                return MiddleOf(bucket) / 1000;
            }
        }

        return 0;
    }

    private static int BucketOf(ulong value)
    {
        if (value < Fine)
        {
            return (int)value;
        }

        var exponent = BitOperations.Log2(value);
        return ((exponent - FineBits + 1) * Fine) + (int)((value >> (exponent - FineBits)) & (Fine - 1));
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < Fine)
        {
            return bucket;
        }

        var shift = (bucket / Fine) - 1;
        return ((long)((bucket % Fine) + Fine) << shift) + ((1L << shift) / 2.0);
    }
}
