namespace PaxosSM.Storage;

/// <summary>Makes one segment, piece by piece, filled with zeros so that no later flush moves metadata: whole and
/// durable under its name, or not at all.</summary>
/// <remarks>For one thread at a time.</remarks>
internal sealed class SegmentMaker : IDisposable
{
    // The log's own flushes share the device, and wait behind these.
    private const int PieceBytes = 256 * 1024;
    private static readonly byte[] Zeros = new byte[PieceBytes];
    private readonly IFileLayer _files;
    private readonly string _directory;
    private readonly string _path;
    private readonly string _aside;
    private IStorageFile? _file;
    private long _filled;

    /// <summary>Begins a segment: its file, with its header.</summary>
    public SegmentMaker(IFileLayer files, string directory, ulong logId, long number, long length)
    {
        _files = files;
        _directory = directory;
        _path = Path.Combine(directory, Segment.NameOf(number));
        _aside = _path + SegmentSupply.TemporaryExtension;
        Number = number;
        Length = length;
        _file = files.Create(_aside);
        try
        {
            Span<byte> header = stackalloc byte[BlockFormat.SegmentHeaderSize];
            BlockFormat.WriteSegmentHeader(header, new(BlockFormat.Version, logId, number, length, LsnMin: 0));
            _file.Write(0, header);
            _filled = header.Length;
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Its place among the segments.</summary>
    public long Number { get; }

    /// <summary>How long it is to be.</summary>
    public long Length { get; }

    /// <summary>How much of it is written. Any thread may look.</summary>
    public long Filled => Volatile.Read(ref _filled);

    /// <summary>Writes some zeros more, and flushes with the last ones.</summary>
    /// <param name="pieces">How many pieces at most; more of them take the device from others for longer.</param>
    public void Fill(int pieces)
    {
        var file = _file!; // until it is finished
        var from = Filled;
        for (; pieces > 0 && Filled < Length; pieces--)
        {
            var size = (int)Math.Min(PieceBytes, Length - Filled);
            file.Write(Filled, Zeros.AsSpan(0, size));
            Volatile.Write(ref _filled, Filled + size);
        }

        if (Filled < Length)
        {
            file.WriteBack(from, Filled - from);
        }
        else
        {
            file.Flush();
        }
    }

    /// <summary>Gives it its name. Once, when it is full.</summary>
    public Segment Finish()
    {
        _files.Rename(_aside, _path);
        _files.FlushDirectory(_directory);
        var file = _file!; // not given out before
        _file = null;
        return new(Number, _path, file, Length);
    }

    /// <summary>Gives it up, and its room back.</summary>
    public void Abandon()
    {
        Dispose();
        _files.Delete(_aside);
    }

    /// <summary>Closes the file; the next start deletes it.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
