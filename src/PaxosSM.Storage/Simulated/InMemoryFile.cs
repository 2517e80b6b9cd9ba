namespace PaxosSM.Storage.Simulated;

/// <summary>A file in memory that knows, sector by sector, what a power cut could take back. Guarded by its
/// layer.</summary>
internal sealed class InMemoryFile
{
    public const int SectorSize = 512;

    // What stands on the disk under a sector written since the last flush, or under one whose flush failed.
    private readonly SortedDictionary<long, byte[]> _unflushed = [];
    private readonly SortedDictionary<long, byte[]> _lost = [];
    private readonly SortedSet<long> _unreadable = [];
    private byte[] _bytes = [];
    private long _flushedLength;

    public long Length { get; private set; }

    public long UnflushedSectors => _unflushed.Count;

    public void MarkUnreadable(long offset) => _unreadable.Add(offset / SectorSize);

    public int Read(long offset, Span<byte> destination)
    {
        var count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        foreach (var sector in _unreadable)
        {
            if (sector * SectorSize < offset + count && (sector + 1) * SectorSize > offset)
            {
                throw new IOException("Input/output error (simulated).");
            }
        }

        _bytes.AsSpan((int)Math.Min(offset, Length), count).CopyTo(destination);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        var end = offset + source.Length;
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Max(end, Math.Min(2L * _bytes.Length, 1 << 20)));
        }

        for (var sector = offset / SectorSize; sector * SectorSize < end; sector++)
        {
            Remember(sector);
            _ = _unreadable.Remove(sector);
        }

        source.CopyTo(_bytes.AsSpan((int)offset));
        Length = Math.Max(Length, end);
    }

    public void Truncate(long length)
    {
        for (var sector = length / SectorSize; sector * SectorSize < Length; sector++)
        {
            Remember(sector);
        }

        if (length < Length)
        {
            _bytes.AsSpan((int)length, (int)(Length - length)).Clear();
            Length = length;
        }
    }

    public void Flush()
    {
        _unflushed.Clear();
        _flushedLength = Length;
    }

    /// <summary>The pages are marked clean, read as written, and are not on the disk: what Linux does (R1).</summary>
    public void FailFlush()
    {
        foreach (var (sector, old) in _unflushed)
        {
            _ = _lost.TryAdd(sector, old);
        }

        _unflushed.Clear();
    }

    /// <summary>Power is cut: of what was not flushed, sector by sector, chance decides; what a failed flush lost is
    /// gone.</summary>
    /// <param name="keeps">Whether an unflushed sector has reached the disk, by its place among them.</param>
    public void Crash(Func<int, bool> keeps)
    {
        var index = 0;
        foreach (var (sector, old) in _unflushed)
        {
            if (!keeps(index++))
            {
                Restore(sector, old);
            }
        }

        foreach (var (sector, old) in _lost)
        {
            Restore(sector, old);
        }

        if (Length != _flushedLength && !keeps(index))
        {
            Length = _flushedLength;
        }

        _bytes.AsSpan((int)Length).Clear();
        _unflushed.Clear();
        _lost.Clear();
        _flushedLength = Length;
    }

    public void Flip(long offset, byte mask) => _bytes[offset] ^= mask;

    private void Remember(long sector)
    {
        if (_lost.Remove(sector, out var lost))
        {
            _ = _unflushed.TryAdd(sector, lost);
        }
        else if (!_unflushed.ContainsKey(sector))
        {
            var old = new byte[SectorSize];
            var start = (int)(sector * SectorSize);
            if (start < _bytes.Length)
            {
                _bytes.AsSpan(start, Math.Min(SectorSize, _bytes.Length - start)).CopyTo(old);
            }

            _unflushed[sector] = old;
        }
    }

    private void Restore(long sector, byte[] old)
    {
        var start = (int)(sector * SectorSize);
        old.AsSpan(0, Math.Min(SectorSize, _bytes.Length - start)).CopyTo(_bytes.AsSpan(start));
    }
}
