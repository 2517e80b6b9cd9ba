namespace PaxosSM.Storage;

/// <summary>Dead segments that are kept to be used again, so that the device has neither to take zeros for new ones
/// nor to give up the room of old ones while the log's flushes wait.</summary>
/// <remarks>For one thread at a time, but for <see cref="Count"/>. They hold blocks of the log, which stay behind those
/// of their next life: <see cref="SegmentHeader.LsnMin"/> tells the ones from the others.</remarks>
internal sealed class SpareSegments
{
    private readonly Stack<Spare> _kept = new();
    private readonly IFileLayer _files;
    private readonly string _directory;
    private readonly ulong _logId;
    private readonly LogOptions _options;
    private int _count;

    public SpareSegments(IFileLayer files, string directory, ulong logId, LogOptions options)
    {
        _files = files;
        _directory = directory;
        _logId = logId;
        _options = options;
    }

    /// <summary>How many there are. Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a dead segment's name from it, durably, and keeps the file.</summary>
    /// <returns>False when it is not worth keeping, or can't be kept: its file is there still, under its name.
    /// </returns>
    public bool TryKeep(Segment dead)
    {
        if (_kept.Count >= _options.SpareSegments
            || dead.Length != _options.SegmentBytes
            || dead.Version != BlockFormat.Version)
        {
            return false;
        }

        dead.Dispose();
        var aside = dead.Path + SegmentSupply.TemporaryExtension;
        try
        {
            _files.Rename(dead.Path, aside);
        }
        catch (DiskFullException)
        {
            return false;
        }

        // Before anything is written into it: a crash must not show another segment under the old name.
        _files.FlushDirectory(_directory);
        _kept.Push(new(aside, dead.Length));
        Volatile.Write(ref _count, _kept.Count);
        return true;
    }

    /// <summary>Makes a segment out of the spare that was written last: it is the likeliest to be in memory.</summary>
    /// <param name="number">The segment's number.</param>
    /// <param name="reached">The last durable block: what the spare holds is no newer, and what the segment will hold
    /// is.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="DiskFullException">The file system has no room for what is written in place; the spare is
    /// gone.</exception>
    public Segment? Use(long number, long reached)
    {
        if (!TryTake(out var spare))
        {
            return null;
        }

        var path = Path.Combine(_directory, Segment.NameOf(number));
        var lsnMin = reached + 1;
        try
        {
            Span<byte> header = stackalloc byte[BlockFormat.SegmentHeaderSize];
            BlockFormat.WriteSegmentHeader(header, new(BlockFormat.Version, _logId, number, spare.Length, lsnMin));
            using (var file = _files.Open(spare.Path))
            {
                file.Write(0, header);
                file.Flush();
            }

            _files.Rename(spare.Path, path);
        }
        catch (DiskFullException)
        {
            Delete(spare);
            throw;
        }

        _files.FlushDirectory(_directory);
        return new(number, path, _files.Open(path), spare.Length) { LsnMin = lsnMin };
    }

    /// <summary>Deletes one, for its room.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryDelete()
    {
        if (!TryTake(out var spare))
        {
            return false;
        }

        Delete(spare);
        return true;
    }

    private bool TryTake(out Spare spare)
    {
        var has = _kept.TryPop(out spare);
        Volatile.Write(ref _count, _kept.Count);
        return has;
    }

    private void Delete(Spare spare)
    {
        _files.Delete(spare.Path);
        _files.FlushDirectory(_directory);
    }

    private readonly record struct Spare(string Path, long Length);
}
