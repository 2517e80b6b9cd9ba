namespace PaxosSM;

/// <summary>The slots of one reign that one proposer may fill, by the lane's index in the view's deal (R8).</summary>
/// <param name="Index">The index; <see cref="Sync"/> names the reign's sync instead of a lane.</param>
public readonly record struct Lane(ushort Index)
{
    /// <summary>Not a lane: the sync that opened the reign (R3).</summary>
    public static Lane Sync => new(ushort.MaxValue);

    /// <inheritdoc/>
    public override string ToString() => this == Sync ? "sync" : $"l{Index}";
}
