namespace PaxosSM.Reconfiguration;

/// <summary>How an epoch begins (R12): after which slot, by which stop, with which members.</summary>
/// <param name="Base">The slot of the stop that ended the epoch before; zero for the first epoch.</param>
/// <param name="Digest">That stop's checksum: all who start the epoch must name the same one (R14). Zero for the first
/// epoch.</param>
/// <param name="Configuration">The members.</param>
public sealed record EpochStart(Slot Base, uint Digest, Configuration Configuration)
{
    /// <summary>The epoch.</summary>
    public Epoch Epoch => Configuration.Epoch;

    /// <summary>The first epoch, as genesis makes it.</summary>
    public static EpochStart Genesis(Configuration configuration) => new(Slot.Zero, 0, configuration);

    /// <inheritdoc/>
    public override string ToString() => $"{Epoch} after {Base}";
}
