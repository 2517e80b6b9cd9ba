using System.Globalization;

namespace PaxosSM.Storage;

/// <summary>Names and checks the files of snapshots.</summary>
internal static class SnapshotFile
{
    public const string TemporaryExtension = ".tmp";

    /// <summary>Ends the name of a snapshot that is kept for inspection only (R24).</summary>
    public const string DamagedExtension = ".damaged";

    private const string Extension = ".snap";
    private const int NumberDigits = 16;

    public static string NameOf(GroupId group, Slot slot) =>
        string.Create(CultureInfo.InvariantCulture, $"{group.Value:x16}-{slot.Index:x16}{Extension}");

    public static bool TryParse(string name, out GroupId group, out Slot slot)
    {
        group = default;
        slot = default;
        if (name.Length != (2 * NumberDigits) + 1 + Extension.Length
            || !name.EndsWith(Extension, StringComparison.Ordinal)
            || !ulong.TryParse(name.AsSpan(0, NumberDigits), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(name.AsSpan(NumberDigits + 1, NumberDigits), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out var index))
        {
            return false;
        }

        group = new(number);
        slot = new(index);
        return true;
    }

    /// <summary>Checks header, trailer and length: whether the file is whole, but not every byte.</summary>
    /// <exception cref="InvalidDataException">They are not those of an intact snapshot.</exception>
    public static SnapshotTrailer Check(IStorageFile file, GroupId group, Slot slot)
    {
        Span<byte> frame = stackalloc byte[SnapshotFormat.FrameSize];
        var length = file.Length;
        if (length < 2 * SnapshotFormat.FrameSize
            || file.Read(0, frame) < frame.Length || !SnapshotFormat.IsHeader(frame, group, slot)
            || file.Read(length - frame.Length, frame) < frame.Length
            || !SnapshotFormat.TryReadTrailer(frame, group, slot, out var trailer)
            || SnapshotFormat.FileLength(trailer) != length)
        {
            throw new InvalidDataException($"The snapshot of group {group} at slot {slot} is damaged, or is none.");
        }

        return trailer;
    }
}
