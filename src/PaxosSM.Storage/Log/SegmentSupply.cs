namespace PaxosSM.Storage;

/// <summary>Makes segments before they are needed, filled with zeros so that no later flush moves metadata, and deletes
/// dead ones.</summary>
/// <remarks><see cref="Step"/> runs on a thread of its own, or in line where all is to run on one; the rest on the
/// log's thread.</remarks>
internal sealed class SegmentSupply : IDisposable
{
    public const string TemporaryExtension = ".tmp";

    private const int ZeroBytes = 1024 * 1024;
    private const int ZerosPerFlush = 8;

    private static readonly byte[] Zeros = new byte[ZeroBytes];

    private readonly Lock _gate = new();
    private readonly Queue<Segment> _dead = new();
    private readonly IFileLayer _files;
    private readonly string _directory;
    private readonly ulong _logId;
    private readonly int _segmentBytes;
    private Segment? _ready;
    private long _next;
    private long _wanted;
    private string? _full;

    public SegmentSupply(IFileLayer files, string directory, ulong logId, int segmentBytes, long next, Segment? ready)
    {
        _files = files;
        _directory = directory;
        _logId = logId;
        _segmentBytes = segmentBytes;
        _next = next;
        _ready = ready;
    }

    /// <summary>Why the last attempt found no space; null when it did, or none was made.</summary>
    public string? Full => Volatile.Read(ref _full);

    /// <summary>Whether <see cref="Step"/> has something to do.</summary>
    public bool HasWork
    {
        get
        {
            lock (_gate)
            {
                return _dead.Count > 0 || (_wanted > 0 && (_ready is null || _ready.Length < _wanted));
            }
        }
    }

    /// <summary>Creates a segment: whole and durable under its name, or not at all.</summary>
    public static Segment Create(IFileLayer files, string directory, ulong logId, long number, long length)
    {
        var path = Path.Combine(directory, Segment.NameOf(number));
        var aside = path + TemporaryExtension;
        var file = files.Create(aside);
        try
        {
            Span<byte> header = stackalloc byte[BlockFormat.SegmentHeaderSize];
            BlockFormat.WriteSegmentHeader(header, logId, number, length);
            file.Write(0, header);
            var pieces = 0;
            for (long at = header.Length; at < length; at += ZeroBytes)
            {
                file.Write(at, Zeros.AsSpan(0, (int)Math.Min(ZeroBytes, length - at)));
                if (++pieces % ZerosPerFlush == 0)
                {
                    // A little at a time: the log's own flushes share the device.
                    file.Flush();
                }
            }

            file.Flush();
            files.Rename(aside, path);
            files.FlushDirectory(directory);
            return new(number, path, file, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Asks for a segment that can hold a block of so many bytes.</summary>
    public void Want(long blockBytes)
    {
        lock (_gate)
        {
            _wanted = Math.Max(_wanted, Math.Max(_segmentBytes, RoundUp(blockBytes + BlockFormat.SegmentHeaderSize)));
        }
    }

    /// <summary>Hands out the next segment, if one of at least that size is ready.</summary>
    public Segment? Take(long blockBytes)
    {
        lock (_gate)
        {
            if (_ready is null || _ready.Length < blockBytes + BlockFormat.SegmentHeaderSize)
            {
                return null;
            }

            var taken = _ready;
            _ready = null;
            _wanted = 0;
            return taken;
        }
    }

    public void Discard(IReadOnlyList<Segment> dead)
    {
        lock (_gate)
        {
            foreach (var segment in dead)
            {
                _dead.Enqueue(segment);
            }
        }
    }

    /// <summary>Deletes one segment, or makes one.</summary>
    /// <returns>Whether anything was done; false too when the disk is full, see <see cref="Full"/>.</returns>
    public bool Step()
    {
        if (Delete())
        {
            return true;
        }

        long number;
        long length;
        lock (_gate)
        {
            if (_wanted == 0 || _ready?.Length >= _wanted)
            {
                return false;
            }

            if (_ready is not null)
            {
                // Too small for the block that waits: it is made anew under the same number, at once or when there is
                // space again.
                _next = _ready.Number;
                _ready.Dispose();
                _ready = null;
            }

            (number, length) = (_next, _wanted);
        }

        return Make(number, length);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ready?.Dispose();
            while (_dead.TryDequeue(out var segment))
            {
                segment.Dispose();
            }
        }
    }

    private static long RoundUp(long bytes) => (bytes + 4095) & -4096L;

    private bool Make(long number, long length)
    {
        try
        {
            var made = Create(_files, _directory, _logId, number, length);
            lock (_gate)
            {
                _ready = made;
                _next = number + 1;
            }

            Volatile.Write(ref _full, null);
            return true;
        }
        catch (DiskFullException exception)
        {
            // R1: a full disk is no failure; what was written aside only takes room.
            Volatile.Write(ref _full, exception.Message);
            _files.Delete(Path.Combine(_directory, Segment.NameOf(number) + TemporaryExtension));
            return false;
        }
    }

    private bool Delete()
    {
        Segment? segment;
        lock (_gate)
        {
            if (!_dead.TryDequeue(out segment))
            {
                return false;
            }
        }

        segment.Dispose();
        _files.Delete(segment.Path);

        // One at a time and in order: what a crash leaves is a run of segments without a hole.
        _files.FlushDirectory(_directory);
        return true;
    }
}
