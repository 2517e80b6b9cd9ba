namespace PaxosSM.RedisKv.Machine;

/// <summary>How a snapshot's bytes are laid out.</summary>
/// <remarks>
/// <c>magic (8 bytes), count, entry*, digest (8 bytes)</c>;
/// <c>entry = kind (with <see cref="DueFlag"/>: due, 8 bytes), key, value</c>; a string is <c>length, bytes</c>; a
/// list or set
/// <c>count, string*</c>; a hash <c>count, (field, value)*</c>. Numbers are unsigned LEB128, fixed ones little-endian.
/// Entries, fields and members are in the order of their hashes, so that equal states give equal bytes.
/// </remarks>
internal static class SnapshotFormat
{
    /// <summary>Set on the kind of an entry that has a due time.</summary>
    public const byte DueFlag = 0x80;

    /// <summary>The first bytes; the digit is the version.</summary>
    public static ReadOnlySpan<byte> Magic => "RKVSNAP1"u8;
}
