namespace PaxosSM.Storage;

/// <summary>Makes segments before they are needed, out of dead ones or filled with zeros so that no later flush moves
/// metadata, and deletes dead ones of which there are enough.</summary>
/// <remarks><see cref="Step"/> runs on a thread of its own, or in line where all is to run on one; the rest on the
/// log's thread.</remarks>
internal sealed class SegmentSupply : IDisposable
{
    public const string TemporaryExtension = ".tmp";

    // A few pieces are little at a time; where the log waits, to be done soon counts.
    private const int PiecesAtOnce = 1;
    private const int PiecesAtOnceLate = 32;

    private readonly Lock _gate = new();
    private readonly Queue<Segment> _dead = new();
    private readonly IFileLayer _files;
    private readonly string _directory;
    private readonly ulong _logId;
    private readonly LogOptions _options;
    private readonly SpareSegments _spares;
    private Segment? _ready;
    private SegmentMaker? _making;
    private long _next;
    private long _wanted;
    private double _share;
    private long _reached;
    private bool _isShort;
    private string? _full;

    public SegmentSupply(
        IFileLayer files, string directory, ulong logId, LogOptions options, long next, Segment? ready)
    {
        _files = files;
        _directory = directory;
        _logId = logId;
        _options = options;
        _spares = new(files, directory, logId, options);
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
                return _dead.Count > 0 || _isShort || (IsWanted && (_making is not { } making || IsDue(making)));
            }
        }
    }

    // Under the lock.
    private bool IsWanted => _wanted > 0 && (_ready is null || _ready.Length < _wanted);

    /// <summary>Creates a segment at once.</summary>
    public static Segment Create(IFileLayer files, string directory, ulong logId, long number, long length)
    {
        using SegmentMaker maker = new(files, directory, logId, number, length);
        while (maker.Filled < length)
        {
            maker.Fill(PiecesAtOnceLate);
        }

        return maker.Finish();
    }

    /// <summary>Asks for a segment that can hold a block of so many bytes.</summary>
    /// <param name="blockBytes">How many; zero for whatever comes.</param>
    /// <param name="present">How long the present segment is. The next one is twice as long at most: a log that is new
    /// and busy would wait for a whole one.</param>
    /// <param name="share">How much of it should be there by now; 1 where the log waits for it, or soon will. To make
    /// it all at once would keep the log's flushes waiting.</param>
    /// <param name="reached">The last durable block.</param>
    public void Want(long blockBytes, long present, double share, long reached)
    {
        var usual = Math.Min(_options.SegmentBytes, 2 * present);
        lock (_gate)
        {
            _wanted = Math.Max(_wanted, Math.Max(usual, RoundUp(blockBytes + BlockFormat.SegmentHeaderSize)));
            _share = share;
            _reached = reached;
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

    /// <summary>Lets segments go, oldest first.</summary>
    /// <param name="dead">The segments.</param>
    /// <param name="reached">The last durable block.</param>
    public void Discard(IReadOnlyList<Segment> dead, long reached)
    {
        lock (_gate)
        {
            _reached = reached;
            foreach (var segment in dead)
            {
                _dead.Enqueue(segment);
            }
        }
    }

    /// <summary>Gives a spare segment up: the disk is full.</summary>
    public void MakeRoom()
    {
        lock (_gate)
        {
            _isShort = _spares.Count > 0;
        }
    }

    /// <summary>Keeps or deletes one dead segment, or makes one of a spare, or a piece of one.</summary>
    /// <returns>What was done; nothing too when the disk is full, see <see cref="Full"/>.</returns>
    public SupplyStep Step()
    {
        if (LetGo() is var done and not SupplyStep.Nothing)
        {
            return done;
        }

        long number;
        long length;
        bool isLate;
        lock (_gate)
        {
            if (!IsWanted || (_making is { } making && !IsDue(making)))
            {
                return SupplyStep.Nothing;
            }

            if (_ready is not null)
            {
                // Too small for the block that waits: it is made anew under the same number, at once or when there is
                // space again.
                _next = _ready.Number;
                _ready.Dispose();
                _ready = null;
            }

            (number, length, isLate) = (_next, _wanted, _share >= 1);
        }

        return Make(number, length, isLate);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ready?.Dispose();
            _making?.Dispose();
            while (_dead.TryDequeue(out var segment))
            {
                segment.Dispose();
            }
        }
    }

    private long Reached
    {
        get
        {
            lock (_gate)
            {
                return _reached;
            }
        }
    }

    private static long RoundUp(long bytes) => (bytes + 4095) & -4096L;

    private bool IsDue(SegmentMaker making) => making.Filled < making.Length * _share || making.Length < _wanted;

    private SupplyStep Make(long number, long length, bool isLate)
    {
        try
        {
            if (_making is { } small && small.Length < length)
            {
                Put(null);
                small.Abandon();
            }

            if (_making is null && length <= _options.SegmentBytes && _spares.Use(number, Reached) is { } used)
            {
                Finish(used);
                return SupplyStep.Done;
            }

            if (_making is not { } making)
            {
                making = new(_files, _directory, _logId, number, length);
                Put(making);
            }

            making.Fill(isLate ? PiecesAtOnceLate : PiecesAtOnce);
            Volatile.Write(ref _full, null);
            if (making.Filled < making.Length)
            {
                return SupplyStep.Begun;
            }

            Finish(making.Finish());
            return SupplyStep.Done;
        }
        catch (DiskFullException exception)
        {
            return OnFull(number, length, exception.Message);
        }
    }

    private SupplyStep OnFull(long number, long length, string why)
    {
        if (length > _options.SegmentBytes && _spares.TryDelete())
        {
            return SupplyStep.Begun;
        }

        // R1: a full disk is no failure; what was written aside only takes room.
        _making?.Dispose();
        Put(null);
        _files.Delete(Path.Combine(_directory, Segment.NameOf(number) + TemporaryExtension));
        if (_spares.Count > 0)
        {
            // One that was let go meanwhile takes no more room.
            return SupplyStep.Begun;
        }

        Volatile.Write(ref _full, why);
        return SupplyStep.Nothing;
    }

    private void Finish(Segment made)
    {
        Volatile.Write(ref _full, null);
        lock (_gate)
        {
            _making = null;
            _ready = made;
            _next = made.Number + 1;
        }
    }

    private void Put(SegmentMaker? making)
    {
        lock (_gate)
        {
            _making = making;
        }
    }

    private SupplyStep LetGo()
    {
        Segment? segment;
        bool isShort;
        lock (_gate)
        {
            isShort = _isShort;
            _isShort = false;
            _ = _dead.TryDequeue(out segment);
        }

        // One at a time and in order: what a crash leaves is a run of segments without a hole.
        if (segment is not null && !isShort && _spares.TryKeep(segment))
        {
            return SupplyStep.Begun;
        }

        if (segment is not null)
        {
            segment.Dispose();
            _files.Delete(segment.Path);
            _files.FlushDirectory(_directory);
            return SupplyStep.Done;
        }

        return isShort && _spares.TryDelete() ? SupplyStep.Done : SupplyStep.Nothing;
    }
}

/// <summary>What a step of a <see cref="SegmentSupply"/> did.</summary>
internal enum SupplyStep
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A piece of a segment is made, or something else on the way to one.</summary>
    Begun,

    /// <summary>A segment is made, or deleted: there is room.</summary>
    Done,
}
