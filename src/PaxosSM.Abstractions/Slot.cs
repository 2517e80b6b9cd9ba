namespace PaxosSM;

/// <summary>A position in a group's total order. The first slot is 1; 0 is "before every slot". Numbers run on across
/// epochs.</summary>
/// <param name="Index">The position.</param>
public readonly record struct Slot(long Index) : IComparable<Slot>
{
    /// <summary>Before every slot.</summary>
    public static Slot Zero => default;

    /// <summary>The slot after this one.</summary>
    public Slot Next => new(Index + 1);

    /// <summary>The slot before this one.</summary>
    public Slot Previous => new(Index - 1);

    /// <summary>The later of two slots.</summary>
    public static Slot Max(Slot left, Slot right) => left > right ? left : right;

    /// <summary>The earlier of two slots.</summary>
    public static Slot Min(Slot left, Slot right) => left < right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Slot other) => Index.CompareTo(other.Index);

    /// <inheritdoc/>
    public override string ToString() => $"s{Index}";

    /// <summary>Orders by position.</summary>
    public static bool operator <(Slot left, Slot right) => left.Index < right.Index;

    /// <summary>Orders by position.</summary>
    public static bool operator >(Slot left, Slot right) => left.Index > right.Index;

    /// <summary>Orders by position.</summary>
    public static bool operator <=(Slot left, Slot right) => left.Index <= right.Index;

    /// <summary>Orders by position.</summary>
    public static bool operator >=(Slot left, Slot right) => left.Index >= right.Index;
}
