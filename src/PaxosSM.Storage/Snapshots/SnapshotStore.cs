using PaxosSM.Runtime.Ports;

namespace PaxosSM.Storage;

/// <summary>Snapshots in a folder, one file each. Safe for use by many threads; its calls wait for the disk.</summary>
/// <remarks>
/// A snapshot that turns out damaged while it is read is not <see cref="Latest"/> any more, and an older one may be;
/// the constructor looks at names only, so that whoever restores at start finds the damage, and tells of it (R24).
/// After a failed flush nothing more is written (R1): see <see cref="Failure"/>.
/// </remarks>
public sealed class SnapshotStore : ISnapshotStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<GroupId, SortedSet<long>> _intact = [];
    private readonly Dictionary<(GroupId Group, Slot Slot), int> _readers = [];
    private readonly HashSet<(GroupId Group, Slot Slot)> _doomed = [];
    private readonly SpareSnapshot _spare;
    private readonly IFileLayer _files;
    private readonly string _directory;
    private long _drafts;
    private string? _failure;

    /// <summary>Opens the snapshots in a folder; what a crash left half written is deleted.</summary>
    public SnapshotStore(IFileLayer files, string directory)
    {
        _files = files;
        _spare = new(files);
        _directory = directory;
        files.CreateDirectory(directory);
        foreach (var name in files.List(directory))
        {
            if (name.EndsWith(SnapshotFile.TemporaryExtension, StringComparison.Ordinal))
            {
                files.Delete(Path.Combine(directory, name));
            }
            else if (SnapshotFile.TryParse(name, out var group, out var slot))
            {
                Add(group, slot);
            }
        }
    }

    /// <summary>Spreads the writing of this node's own snapshots over time, so that the log's flushes, on the same
    /// device, don't wait behind it: for seven times as long as it took alone, and five seconds more at most; null does
    /// not.</summary>
    public TimeProvider? Pace { get; init; }

    /// <summary>Why nothing is written any more; null while it works.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <inheritdoc/>
    public IReadOnlyList<GroupId> Groups
    {
        get
        {
            lock (_gate)
            {
                return [.. _intact.Where(group => group.Value.Count > 0).Select(group => group.Key)];
            }
        }
    }

    /// <inheritdoc/>
    public Slot Latest(GroupId group)
    {
        lock (_gate)
        {
            return _intact.TryGetValue(group, out var slots) && slots.Count > 0 ? new(slots.Max) : Slot.Zero;
        }
    }

    /// <inheritdoc/>
    public SnapshotDraft Create(GroupId group, Slot slot) => new Draft(this, group, slot, isStored: false);

    /// <inheritdoc/>
    public SnapshotDraft CreateFromPieces(GroupId group, Slot slot) => new Draft(this, group, slot, isStored: true);

    /// <inheritdoc/>
    public Stream? Open(GroupId group, Slot slot)
    {
        if (OpenCounted(group, slot, isDoomedToo: false) is not { } file)
        {
            return null;
        }

        try
        {
            return new SnapshotReader(file, group, slot, () => Forget(group, slot), () => OnClosed(group, slot));
        }
        catch (Exception exception)
        {
            file.Dispose();
            OnClosed(group, slot);
            if (exception is InvalidDataException)
            {
                Forget(group, slot);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public (int Read, long Length) ReadPiece(GroupId group, Slot slot, long offset, Span<byte> destination)
    {
        // One that is to go is there for who fetches it piece by piece (R25).
        if (OpenCounted(group, slot, isDoomedToo: true) is not { } file)
        {
            return (0, 0);
        }

        try
        {
            return (file.Read(offset, destination), file.Length);
        }
        finally
        {
            file.Dispose();
            OnClosed(group, slot);
        }
    }

    /// <inheritdoc/>
    public void DeleteBelow(GroupId group, Slot slot)
    {
        var names = _files.List(_directory);
        List<string> dead = [];
        lock (_gate)
        {
            _ = _intact.GetValueOrDefault(group)?.RemoveWhere(index => index < slot.Index);
            foreach (var name in names)
            {
                if (!SnapshotFile.TryParse(name, out var owner, out var at) || owner != group || at >= slot)
                {
                    continue;
                }

                // A peer that fetches it asks for pieces by name (R25): the file goes when the last reader closes it.
                if (_readers.ContainsKey((group, at)))
                {
                    _ = _doomed.Add((group, at));
                }
                else
                {
                    Unname(Path.Combine(_directory, name), dead);
                }
            }
        }

        Discard(dead);
    }

    /// <inheritdoc/>
    public void SetAside(GroupId group, Slot slot)
    {
        var path = PathOf(group, slot);
        lock (_gate)
        {
            _ = _intact.GetValueOrDefault(group)?.Remove(slot.Index);
            _ = _doomed.Remove((group, slot));
            try
            {
                _files.Rename(path, path + SnapshotFile.DamagedExtension);
            }
            catch (FileNotFoundException)
            {
                return; // Gone by itself: there is nothing to keep.
            }
        }

        FlushFolder();
    }

    /// <summary>Reads a whole snapshot to verify every byte; false when it is damaged, or not there.</summary>
    public bool Verify(GroupId group, Slot slot)
    {
        try
        {
            using var stream = Open(group, slot);
            if (stream is null)
            {
                return false;
            }

            stream.CopyTo(Stream.Null);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Opens a file and counts its reader; null when it is not there, or is to go, unless such ones are
    /// meant, too.</summary>
    private IStorageFile? OpenCounted(GroupId group, Slot slot, bool isDoomedToo)
    {
        lock (_gate)
        {
            if ((!isDoomedToo && _doomed.Contains((group, slot))) || OpenFile(group, slot) is not { } file)
            {
                return null;
            }

            _readers[(group, slot)] = _readers.GetValueOrDefault((group, slot)) + 1;
            return file;
        }
    }

    // Under the lock: nobody opens it from here on.
    private void Unname(string path, List<string> dead)
    {
        var aside = path + SnapshotFile.TemporaryExtension;
        try
        {
            _files.Rename(path, aside);
            dead.Add(aside);
        }
        catch (FileNotFoundException)
        {
            // Its last reader closed it meanwhile, and deleted it.
        }
        catch (DiskFullException)
        {
            _files.Delete(path);
        }
    }

    // One of them is for the next snapshot.
    private void Discard(List<string> dead)
    {
        if (dead.Count == 0)
        {
            return;
        }

        FlushFolder();
        foreach (var path in dead)
        {
            if (!_spare.TryKeep(path))
            {
                _files.Delete(path);
            }
        }
    }

    private void OnClosed(GroupId group, Slot slot)
    {
        lock (_gate)
        {
            if (--_readers[(group, slot)] > 0)
            {
                return;
            }

            _ = _readers.Remove((group, slot));
            if (!_doomed.Remove((group, slot)))
            {
                return;
            }

            try
            {
                _files.Delete(PathOf(group, slot));
            }
            catch (IOException)
            {
                // Whoever closes it can't help it; the next deletion finds it again.
            }
        }
    }

    private IStorageFile? OpenFile(GroupId group, Slot slot)
    {
        try
        {
            return _files.OpenRead(PathOf(group, slot));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(GroupId group, Slot slot) => Path.Combine(_directory, SnapshotFile.NameOf(group, slot));

    private void Add(GroupId group, Slot slot)
    {
        lock (_gate)
        {
            if (!_intact.TryGetValue(group, out var slots))
            {
                _intact[group] = slots = [];
            }

            _ = slots.Add(slot.Index);
            _ = _doomed.Remove((group, slot));
        }
    }

    private void Forget(GroupId group, Slot slot)
    {
        lock (_gate)
        {
            _ = _intact.GetValueOrDefault(group)?.Remove(slot.Index);
        }
    }

    private void FlushFolder()
    {
        try
        {
            _files.FlushDirectory(_directory);
        }
        catch (IOException exception)
        {
            Fail(exception);
            throw;
        }
    }

    private void Fail(Exception exception) =>
        Interlocked.CompareExchange(ref _failure, $"Flushing a snapshot failed: {exception.Message}", null);

    private void ThrowIfFailed()
    {
        if (Failure is { } failure)
        {
            throw new IOException($"Snapshots are not written any more. {failure}");
        }
    }

    private sealed class Draft : SnapshotDraft
    {
        private readonly SnapshotStore _store;
        private readonly GroupId _group;
        private readonly Slot _slot;
        private readonly bool _isStored;
        private readonly string _aside;
        private readonly IStorageFile _file;
        private readonly SnapshotWriter _writer;
        private bool _isDone;

        public Draft(SnapshotStore store, GroupId group, Slot slot, bool isStored)
        {
            store.ThrowIfFailed();
            _store = store;
            _group = group;
            _slot = slot;
            _isStored = isStored;
            var draft = Interlocked.Increment(ref store._drafts);
            _aside = $"{store.PathOf(group, slot)}.{draft}{SnapshotFile.TemporaryExtension}";
            _file = store._spare.TryTake(_aside) ?? store._files.Create(_aside);
            try
            {
                _writer = new(_file, group, slot, isStored, store.Fail) { Pace = isStored ? null : store.Pace };
            }
            catch
            {
                _file.Dispose();
                store._files.Delete(_aside);
                throw;
            }
        }

        public override Stream Stream => _writer;

        public override ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Invariant.Holds(!_isDone);
            _store.ThrowIfFailed();
            _writer.Finish(_group, _slot);
            if (_isStored)
            {
                using var file = _store._files.OpenRead(_aside);
                using var reader = new SnapshotReader(file, _group, _slot, () => { }, () => { });
                reader.CopyTo(Stream.Null);
            }

            _isDone = true;
            _file.Dispose();
            _store._files.Rename(_aside, _store.PathOf(_group, _slot));
            _store.FlushFolder();
            _store.Add(_group, _slot);
            return ValueTask.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            _writer.Dispose();
            if (!_isDone)
            {
                _isDone = true;
                _file.Dispose();
                _store._files.Delete(_aside);
            }

            return ValueTask.CompletedTask;
        }
    }
}
