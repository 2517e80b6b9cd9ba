namespace PaxosSM.Testing.Generators;

/// <summary>Something that happens to bytes on a disk. The set is closed; places count from the start and wrap
/// around, so that each fits any length.</summary>
public abstract record Corruption
{
    private protected Corruption()
    {
    }

    /// <summary>The bytes afterwards; the given ones stay as they are.</summary>
    public abstract byte[] Apply(ReadOnlySpan<byte> bytes);
}

/// <summary>A bit is another one.</summary>
/// <param name="Place">Which byte.</param>
/// <param name="Bit">Which bit of it.</param>
public sealed record FlippedBit(int Place, int Bit) : Corruption
{
    /// <inheritdoc/>
    public override byte[] Apply(ReadOnlySpan<byte> bytes)
    {
        var changed = bytes.ToArray();
        if (changed.Length > 0)
        {
            changed[Place % changed.Length] ^= (byte)(1 << Bit);
        }

        return changed;
    }
}

/// <summary>The end is missing.</summary>
/// <param name="Place">Where the bytes end; anywhere but at their end.</param>
public sealed record CutOff(int Place) : Corruption
{
    /// <inheritdoc/>
    public override byte[] Apply(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? [] : bytes[..(Place % bytes.Length)].ToArray();
}

/// <summary>Some sectors of a write never reached the disk: they read as zeros.</summary>
/// <param name="Place">A byte of the first of them.</param>
/// <param name="Sectors">How many.</param>
public sealed record TornWrite(int Place, int Sectors) : Corruption
{
    /// <summary>How long a sector is.</summary>
    public const int SectorBytes = 512;

    /// <inheritdoc/>
    public override byte[] Apply(ReadOnlySpan<byte> bytes)
    {
        var torn = bytes.ToArray();
        if (torn.Length > 0)
        {
            var start = Place % torn.Length / SectorBytes * SectorBytes;
            torn.AsSpan(start, Math.Min(Sectors * SectorBytes, torn.Length - start)).Clear();
        }

        return torn;
    }
}
