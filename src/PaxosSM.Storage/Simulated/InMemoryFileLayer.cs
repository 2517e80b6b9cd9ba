namespace PaxosSM.Storage.Simulated;

/// <summary>A disk in memory that fails as disks do, and only when told to. Deterministic: chance is the
/// caller's.</summary>
/// <remarks>
/// It outlives the processes that use it: <see cref="Crash"/> is the end of one. Flushed data and names stay, of the
/// rest chance decides; names change in the order of the calls, as journaling file systems do it. After a failed flush
/// what was written still reads back, and is gone after the crash (R1).
/// </remarks>
public sealed class InMemoryFileLayer : IFileLayer
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, InMemoryFile> _durableNames = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, InMemoryFile> _names = new(StringComparer.Ordinal);
    private readonly List<(string Path, InMemoryFile? File)> _unflushedNames = [];
    private readonly HashSet<string> _locks = [];
    private int _life;
    private bool _isCrashed;

    /// <summary>How many bytes fit; endless by default. Beyond, writes throw <see cref="DiskFullException"/>.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>How many more flushes succeed before one fails; none fails when null. It fails once.</summary>
    public int? FlushesUntilFailure { get; set; }

    /// <summary>How many more writes succeed before one fails other than by a full disk; none when null. It fails
    /// once.</summary>
    public int? WritesUntilFailure { get; set; }

    /// <summary>How many more changing calls are made before the process dies at one, half done; never when
    /// null.</summary>
    public int? CallsUntilCrash { get; set; }

    /// <summary>Whether the process died at a call (<see cref="CallsUntilCrash"/>), and <see cref="Crash"/> was not
    /// called yet.</summary>
    public bool IsCrashed => Locked(() => _isCrashed);

    /// <summary>How many bytes the files take.</summary>
    public long UsedBytes => Locked(() => _names.Values.Distinct().Sum(file => file.Length));

    /// <summary>Called before each flush, on the thread that flushes: a slow disk waits here.</summary>
    public Action? OnFlush { get; set; }

    /// <summary>How many changing calls there were.</summary>
    public long Calls { get; private set; }

    /// <summary>How many flushes there were.</summary>
    public long Flushes { get; private set; }

    /// <summary>All files, by name.</summary>
    public IReadOnlyList<string> Paths => Locked(() => (IReadOnlyList<string>)[.. _names.Keys]);

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        // Folders are part of names here.
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => Locked(() =>
        (IReadOnlyList<string>)
        [
            .. from path in _names.Keys
               where Path.GetDirectoryName(path) == directory
               select Path.GetFileName(path),
        ]);

    /// <inheritdoc/>
    public IStorageFile Open(string path) => Locked(() => new Handle(this, Find(path), path));

    /// <inheritdoc/>
    public IStorageFile OpenRead(string path) => Open(path);

    /// <inheritdoc/>
    public IStorageFile Create(string path) => Locked(() =>
    {
        Count(path);
        var file = new InMemoryFile();
        Name(path, file);
        return new Handle(this, file, path);
    });

    /// <inheritdoc/>
    public void Rename(string from, string to) => Locked(() =>
    {
        Count(to);
        var file = Find(from);
        Name(from, null);
        Name(to, file);
        return true;
    });

    /// <inheritdoc/>
    public void Delete(string path) => Locked(() =>
    {
        Count(path);
        if (_names.ContainsKey(path))
        {
            Name(path, null);
        }

        return true;
    });

    /// <inheritdoc/>
    public void FlushDirectory(string path)
    {
        OnFlush?.Invoke();
        _ = Locked(() =>
        {
            CountFlush(path);
            PersistNames(_unflushedNames.Count);
            return true;
        });
    }

    /// <inheritdoc/>
    public IDisposable Lock(string path) => Locked(() =>
        _locks.Add(path)
            ? new Unlocker(this, path, _life)
            : throw new IOException($"{path} is locked by another process."));

    /// <summary>Ends the process. <paramref name="powerCut"/>: the machine's power too, so that what was not flushed
    /// may be gone.</summary>
    /// <param name="powerCut">Whether the page cache is lost.</param>
    /// <param name="keeps">By the place of an unflushed sector in its file: whether it has reached the disk; null keeps
    /// none.</param>
    /// <param name="namesKept">How many unflushed changes of names are kept; all by default.</param>
    public void Crash(bool powerCut, Func<int, bool>? keeps = null, int namesKept = int.MaxValue) => Locked(() =>
    {
        _life++;
        _locks.Clear();
        _isCrashed = false;
        CallsUntilCrash = null;
        if (powerCut)
        {
            PersistNames(Math.Min(namesKept, _unflushedNames.Count));
            _unflushedNames.Clear();
            _names.Clear();
            foreach (var (path, file) in _durableNames)
            {
                _names[path] = file;
                file.Crash(keeps ?? (_ => false));
            }
        }

        return true;
    });

    /// <summary>Flips bits of a byte, on the disk and in the page cache.</summary>
    public void Flip(string path, long offset, byte mask = 1) => Locked(() =>
    {
        Find(path).Flip(offset, mask);
        return true;
    });

    /// <summary>Makes the sector at an offset unreadable until it is written again.</summary>
    public void MarkUnreadable(string path, long offset) => Locked(() =>
    {
        Find(path).MarkUnreadable(offset);
        return true;
    });

    /// <summary>A file's bytes.</summary>
    public byte[] ReadAll(string path) => Locked(() =>
    {
        var file = Find(path);
        var bytes = new byte[file.Length];
        _ = file.Read(0, bytes);
        return bytes;
    });

    /// <summary>How many sectors of a file are written and not flushed.</summary>
    public long UnflushedSectors(string path) => Locked(() => Find(path).UnflushedSectors);

    /// <summary>A copy of the disk as it is, without its faults; everything in it is durable.</summary>
    public InMemoryFileLayer Clone()
    {
        var clone = new InMemoryFileLayer();
        foreach (var path in Paths)
        {
            using var file = clone.Create(path);
            file.Write(0, ReadAll(path));
            file.Flush();
        }

        clone.FlushDirectory(string.Empty);
        clone.Calls = 0;
        clone.Flushes = 0;
        return clone;
    }

    private T Locked<T>(Func<T> step)
    {
        lock (_gate)
        {
            return step();
        }
    }

    private InMemoryFile Find(string path) =>
        _names.GetValueOrDefault(path) ?? throw new FileNotFoundException("No such file.", path);

    private void Name(string path, InMemoryFile? file)
    {
        Set(_names, path, file);
        _unflushedNames.Add((path, file));
    }

    private void PersistNames(int count)
    {
        foreach (var (path, file) in _unflushedNames.GetRange(0, count))
        {
            Set(_durableNames, path, file);
        }

        _unflushedNames.RemoveRange(0, count);
    }

    private static void Set(SortedDictionary<string, InMemoryFile> names, string path, InMemoryFile? file)
    {
        if (file is null)
        {
            _ = names.Remove(path);
        }
        else
        {
            names[path] = file;
        }
    }

    private void Count(string path)
    {
        if (_isCrashed || CallsUntilCrash == 0)
        {
            _isCrashed = true;
            throw new SimulatedCrashException($"The simulated process died at a call for {path}.");
        }

        CallsUntilCrash--;
        Calls++;
    }

    private void CountFlush(string path)
    {
        Count(path);
        Flushes++;
        if (FlushesUntilFailure-- == 0)
        {
            FlushesUntilFailure = null;
            throw new IOException($"Flushing {path} failed (simulated).");
        }
    }

    private void Write(InMemoryFile file, string path, long offset, ReadOnlySpan<byte> source)
    {
        lock (_gate)
        {
            var isLast = CallsUntilCrash == 0 && !_isCrashed;
            if (isLast)
            {
                // The process dies inside the call: some of it was taken over.
                file.Write(offset, source[..(source.Length / 2)]);
            }

            Count(path);
            if (WritesUntilFailure-- == 0)
            {
                WritesUntilFailure = null;
                throw new IOException($"Writing {path} failed (simulated).");
            }

            var room = CapacityBytes == long.MaxValue
                ? long.MaxValue : CapacityBytes - _names.Values.Distinct().Sum(other => other.Length) + file.Length;
            if (offset + source.Length > room)
            {
                file.Write(offset, source[..(int)Math.Clamp(room - offset, 0, source.Length)]);
                throw new DiskFullException($"No space is left for {path} (simulated).");
            }

            file.Write(offset, source);
        }
    }

    private void Truncate(InMemoryFile file, string path, long length)
    {
        lock (_gate)
        {
            Count(path);
            file.Truncate(length);
        }
    }

    private void Flush(InMemoryFile file, string path)
    {
        OnFlush?.Invoke();
        lock (_gate)
        {
            try
            {
                CountFlush(path);
            }
            catch (IOException)
            {
                file.FailFlush();
                throw;
            }

            file.Flush();
        }
    }

    private sealed class Handle(InMemoryFileLayer layer, InMemoryFile file, string path) : IStorageFile
    {
        public long Length => layer.Locked(() => file.Length);

        public int Read(long offset, Span<byte> destination)
        {
            lock (layer._gate)
            {
                return file.Read(offset, destination);
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> source) => layer.Write(file, path, offset, source);

        public void Truncate(long length) => layer.Truncate(file, path, length);

        public void Flush() => layer.Flush(file, path);

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    private sealed class Unlocker(InMemoryFileLayer layer, string path, int life) : IDisposable
    {
        public void Dispose()
        {
            lock (layer._gate)
            {
                // A lock of a life before is gone already, and the name may be another's by now.
                if (layer._life == life)
                {
                    _ = layer._locks.Remove(path);
                }
            }
        }
    }
}
