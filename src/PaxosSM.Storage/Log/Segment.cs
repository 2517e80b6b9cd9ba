using System.Globalization;

namespace PaxosSM.Storage;

/// <summary>One file of the log.</summary>
internal sealed class Segment : IDisposable
{
    private const string Extension = ".wal";
    private readonly IStorageFile _file;

    public Segment(long number, string path, IStorageFile file, long length)
    {
        Number = number;
        Path = path;
        _file = file;
        Length = length;
    }

    /// <summary>Its place among the segments, from 1.</summary>
    public long Number { get; }

    public string Path { get; }

    public long Length { get; }

    /// <summary>The version of its format: what is written into it has the newest one only.</summary>
    public ushort Version { get; init; } = BlockFormat.Version;

    /// <summary>See <see cref="SegmentHeader.LsnMin"/>.</summary>
    public long LsnMin { get; init; }

    public IStorageFile File => _file;

    /// <summary>What its records hold for each group.</summary>
    public Dictionary<GroupId, SegmentStake> Stakes { get; } = [];

    /// <summary>A group that kept it alive when last looked at.</summary>
    public GroupId Holder { get; set; }

    public static string NameOf(long number) => number.ToString("x16", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The number in a segment's file name; 0 for another file.</summary>
    public static long NumberOf(string name) =>
        name.Length == 16 + Extension.Length && name.EndsWith(Extension, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out var number)
            ? number : 0;

    public void Dispose() => _file.Dispose();
}

/// <summary>What a segment holds of a group.</summary>
/// <param name="Last">The last slot that its votes, syncs and learned values tell of.</param>
/// <param name="At">The number, among the group's records, of the last one here.</param>
internal readonly record struct SegmentStake(Slot Last, long At);
