namespace PaxosSM.Execution;

/// <summary>Names a prefix of the log in 64 bits, so that replicas can tell whether they applied the same values
/// (R28).</summary>
/// <remarks>
/// Each word is folded in by a step that is a bijection of the chain and of the word: two chains that differ, or that
/// take a differing word, stay different until a later word makes up for it by chance. The payload is in it by its
/// checksum and length.
/// </remarks>
internal static class HashChain
{
    /// <summary>The chain of the empty log.</summary>
    public const ulong Seed = 0x5041_584F_5353_4D31;

    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;
    private const int KindShift = 32;

    /// <summary>The chain after one more value.</summary>
    public static ulong Next(ulong chain, Slot slot, Value value)
    {
        chain = Fold(chain, (ulong)slot.Index);
        chain = Fold(chain, (ulong)value.Stamp.Microseconds);
        chain = Fold(chain, ((ulong)value.Kind << KindShift) | value.Checksum);
        return Fold(chain, (ulong)value.Length);
    }

    private static ulong Fold(ulong chain, ulong word)
    {
        const int HalfBits = 32;
        chain = (chain * Multiplier) ^ word;
        return (chain ^ (chain >> HalfBits)) * Multiplier;
    }
}
