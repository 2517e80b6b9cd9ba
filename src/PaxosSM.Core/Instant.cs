namespace PaxosSM;

/// <summary>A moment as the process sees it: the only time that reaches the core, and only with an input.</summary>
/// <param name="Microseconds">A clock that never runs backwards, from an arbitrary start, in microseconds.</param>
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    /// <summary>Later than every moment.</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>This moment and <paramref name="span"/> more.</summary>
    public static Instant operator +(Instant start, TimeSpan span) => start.Add(span);

    /// <summary>The time between two moments.</summary>
    public static TimeSpan operator -(Instant end, Instant start) => end.Subtract(start);

    /// <summary>Earlier.</summary>
    public static bool operator <(Instant left, Instant right) => left.Microseconds < right.Microseconds;

    /// <summary>Later.</summary>
    public static bool operator >(Instant left, Instant right) => left.Microseconds > right.Microseconds;

    /// <summary>Not later.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Microseconds <= right.Microseconds;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Microseconds >= right.Microseconds;

    /// <summary>This moment and <paramref name="span"/> more.</summary>
    public Instant Add(TimeSpan span) => new(Microseconds + (span.Ticks / TimeSpan.TicksPerMicrosecond));

    /// <summary>The time since <paramref name="start"/>.</summary>
    /// <remarks>As long as a span can be, for a start that stands for "before everything".</remarks>
    public TimeSpan Subtract(Instant start)
    {
        const long most = long.MaxValue / TimeSpan.TicksPerMicrosecond;
        var microseconds = Math.Clamp(Microseconds - start.Microseconds, -most, most);
        return TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    /// <inheritdoc/>
    public override string ToString() => $"{Microseconds}us";
}
