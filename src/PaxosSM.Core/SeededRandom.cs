namespace PaxosSM;

/// <summary>A small random generator whose whole state is its seed: the core's only source of chance.</summary>
/// <remarks>Steele, Lea, Flood: <i>Fast splittable pseudorandom number generators</i> (SplitMix64).</remarks>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public long Below(long bound) => (long)(Next() % (ulong)bound);

    /// <summary>A time span from 0 up to <paramref name="bound"/>, not included.</summary>
    public TimeSpan Below(TimeSpan bound) =>
        bound <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromTicks(Below(bound.Ticks));
}
