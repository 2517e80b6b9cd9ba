namespace PaxosSM;

/// <summary>One configuration's life (R11..R16); the first is 1.</summary>
/// <param name="Number">The number.</param>
public readonly record struct Epoch(uint Number)
{
    /// <summary>The epoch that genesis starts.</summary>
    public static Epoch First => new(1);

    /// <inheritdoc/>
    public override string ToString() => $"e{Number}";
}
