namespace PaxosSM.Testing.Simulation;

/// <summary>A machine's way to the network, or from it: frames pass one after the other, as fast as it is.</summary>
/// <remarks>In nanoseconds: a small frame takes less than a microsecond, and many of them must not pass in no
/// time.</remarks>
internal sealed class SimulatedLink(long bytesPerSecond)
{
    public const long NanosPerMicro = 1000;
    private const long NanosPerSecond = 1_000_000_000;
    private long _freeAt;

    /// <summary>The bytes of all frames so far, those that still wait included.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a frame that is there at a moment.</summary>
    /// <param name="nanos">The moment.</param>
    /// <param name="bytes">How long the frame is.</param>
    /// <param name="factor">How many times as slow as usual the link is.</param>
    /// <returns>When its last byte has passed.</returns>
    public long Pass(long nanos, int bytes, int factor = 1)
    {
        Bytes += bytes;
        if (bytesPerSecond == 0)
        {
            return nanos;
        }

        var took = ((bytes * NanosPerSecond) + bytesPerSecond - 1) / bytesPerSecond * factor;
        _freeAt = Math.Max(nanos, _freeAt) + took;
        return _freeAt;
    }
}
