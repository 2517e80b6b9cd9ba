namespace PaxosSM;

/// <summary>One acceptor's acceptance of a value for a slot in a ballot.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Ballot">The ballot.</param>
/// <param name="Value">The value.</param>
public readonly record struct Vote(Slot Slot, Ballot Ballot, Value Value);

/// <summary>Says that every slot of a lane, or of the sync, up to one is chosen in a ballot (R7).</summary>
/// <remarks>It vouches for that ballot only: the value is a co-located vote in that very ballot, or a
/// learner's.</remarks>
/// <param name="Ballot">The ballot.</param>
/// <param name="Lane">The lane, or <see cref="Lane.Sync"/>.</param>
/// <param name="Through">The last slot known chosen; <see cref="Slot.Zero"/> for none.</param>
public readonly record struct Watermark(Ballot Ballot, Lane Lane, Slot Through)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Ballot}/{Lane}<={Through}";
}
