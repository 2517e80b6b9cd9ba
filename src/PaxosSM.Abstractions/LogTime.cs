namespace PaxosSM;

/// <summary>The group's own clock: the greatest stamp that the log carries up to a slot (rule R19).</summary>
/// <remarks>It never runs backwards, and every replica reads the same time at the same slot.</remarks>
/// <param name="Microseconds">Microseconds since 1970-01-01 UTC, as the proposers' clocks told it.</param>
public readonly record struct LogTime(long Microseconds) : IComparable<LogTime>
{
    /// <summary>Before the first stamp.</summary>
    public static LogTime Zero => default;

    /// <summary>Later than every stamp.</summary>
    public static LogTime Never => new(long.MaxValue);

    /// <summary>Whole milliseconds since 1970-01-01 UTC.</summary>
    public long Milliseconds => Microseconds / 1000;

    /// <summary>This time and <paramref name="span"/> more; stops at <see cref="Never"/>.</summary>
    public LogTime Add(TimeSpan span)
    {
        var add = span.Ticks / TimeSpan.TicksPerMicrosecond;
        return add > 0 && Microseconds > long.MaxValue - add ? Never : new(Microseconds + add);
    }

    /// <summary>The later of two times.</summary>
    public static LogTime Max(LogTime left, LogTime right) => left > right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(LogTime other) => Microseconds.CompareTo(other.Microseconds);

    /// <inheritdoc/>
    public override string ToString() => $"t{Microseconds}";

    /// <summary>Orders by time.</summary>
    public static bool operator <(LogTime left, LogTime right) => left.Microseconds < right.Microseconds;

    /// <summary>Orders by time.</summary>
    public static bool operator >(LogTime left, LogTime right) => left.Microseconds > right.Microseconds;

    /// <summary>Orders by time.</summary>
    public static bool operator <=(LogTime left, LogTime right) => left.Microseconds <= right.Microseconds;

    /// <summary>Orders by time.</summary>
    public static bool operator >=(LogTime left, LogTime right) => left.Microseconds >= right.Microseconds;
}
