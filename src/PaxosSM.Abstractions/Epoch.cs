namespace PaxosSM;

/// <summary>One configuration's life (R11..R16); the first is 1.</summary>
/// <param name="Number">The number.</param>
public readonly record struct Epoch(uint Number) : IComparable<Epoch>
{
    /// <summary>The epoch that genesis starts.</summary>
    public static Epoch First => new(1);

    /// <summary>The one that follows.</summary>
    public Epoch Next => new(Number + 1);

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.Number < right.Number;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.Number > right.Number;

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>, or is it.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.Number <= right.Number;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>, or is it.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.Number >= right.Number;

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Number.CompareTo(other.Number);

    /// <inheritdoc/>
    public override string ToString() => $"e{Number}";
}
