namespace PaxosSM;

/// <summary>Names one life of a member's disk (R13): made at the folder's first start, never again.</summary>
/// <param name="Value">128 random bits.</param>
public readonly record struct StorageId(Guid Value)
{
    /// <summary>No storage known.</summary>
    public static StorageId None => default;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N")[..12];
}
