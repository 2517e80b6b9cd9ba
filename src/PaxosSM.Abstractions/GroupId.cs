namespace PaxosSM;

/// <summary>One replicated state machine among those that a host runs.</summary>
/// <param name="Value">The number; 0 is the host itself (failure detection, genesis), 1 the first group.</param>
public readonly record struct GroupId(ulong Value)
{
    /// <summary>Not a group: traffic that belongs to the whole process.</summary>
    public static GroupId Host => default;

    /// <summary>The group of a cluster that was not asked for more.</summary>
    public static GroupId Default => new(1);

    /// <inheritdoc/>
    public override string ToString() => $"g{Value}";
}
