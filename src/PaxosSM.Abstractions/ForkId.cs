namespace PaxosSM;

/// <summary>One history of a cluster (R33): made at genesis, and again by every forced epoch or restore.</summary>
/// <param name="Value">64 bits; 0 before genesis.</param>
public readonly record struct ForkId(ulong Value)
{
    /// <summary>Before genesis.</summary>
    public static ForkId None => default;

    /// <inheritdoc/>
    public override string ToString() => $"{Value:x16}";
}
