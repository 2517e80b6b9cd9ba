namespace PaxosSM;

/// <summary>The slots from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
/// <param name="First">The first slot.</param>
/// <param name="Last">The last slot; before <paramref name="First"/> in an empty range.</param>
public readonly record struct SlotRange(Slot First, Slot Last)
{
    /// <summary>How many slots.</summary>
    public long Count => Math.Max(0, Last.Index - First.Index + 1);

    /// <summary>Whether <paramref name="slot"/> is one of them.</summary>
    public bool Contains(Slot slot) => slot >= First && slot <= Last;

    /// <inheritdoc/>
    public override string ToString() => $"{First}..{Last}";
}
