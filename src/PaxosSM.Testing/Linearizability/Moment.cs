namespace PaxosSM.Testing.Linearizability;

/// <summary>When an event of a history took place.</summary>
/// <param name="Microseconds">The time, since any start.</param>
/// <param name="Order">Breaks ties: of two events in the same microsecond the one of the smaller number came
/// first.</param>
public readonly record struct Moment(long Microseconds, long Order = 0) : IComparable<Moment>
{
    /// <summary>Before every event.</summary>
    public static Moment Start => new(long.MinValue, long.MinValue);

    /// <inheritdoc/>
    public int CompareTo(Moment other) =>
        Microseconds != other.Microseconds
            ? Microseconds.CompareTo(other.Microseconds)
            : Order.CompareTo(other.Order);

    /// <summary>The earlier of two moments.</summary>
    public static Moment Min(Moment left, Moment right) => left < right ? left : right;

    /// <summary>The later of two moments.</summary>
    public static Moment Max(Moment left, Moment right) => left > right ? left : right;

    /// <inheritdoc/>
    public override string ToString() => $"{Microseconds} us";

    /// <summary>Orders by time.</summary>
    public static bool operator <(Moment left, Moment right) => left.CompareTo(right) < 0;

    /// <summary>Orders by time.</summary>
    public static bool operator >(Moment left, Moment right) => left.CompareTo(right) > 0;

    /// <summary>Orders by time.</summary>
    public static bool operator <=(Moment left, Moment right) => left.CompareTo(right) <= 0;

    /// <summary>Orders by time.</summary>
    public static bool operator >=(Moment left, Moment right) => left.CompareTo(right) >= 0;
}
