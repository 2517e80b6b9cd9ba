namespace PaxosSM.Storage;

/// <summary>Puts blocks where they belong: one positional write and one flush each.</summary>
internal sealed class LogWriter : IDisposable
{
    private readonly TrimLedger _ledger;
    private readonly SegmentSupply _supply;
    private Segment _active;
    private long _position;
    private bool _isTaken;

    public LogWriter(TrimLedger ledger, SegmentSupply supply, Segment active, long position, long lastLsn, long floor)
    {
        _ledger = ledger;
        _supply = supply;
        _active = active;
        _position = position;
        LastLsn = lastLsn;
        Floor = floor;
        WantAhead();
    }

    /// <summary>The last block that is durable.</summary>
    public long LastLsn { get; private set; }

    /// <summary>The oldest segment that the durable blocks say is needed.</summary>
    public long Floor { get; private set; }

    /// <summary>The oldest segment that is needed; a block has to say so before the others are deleted (R25).</summary>
    public long FloorNext => _ledger.Floor();

    /// <summary>See <see cref="TrimLedger.Holders"/>.</summary>
    public IReadOnlyList<GroupId> Holders => _ledger.Holders;

    /// <summary>Finds room for a block; false while none is ready.</summary>
    public bool TryReserve(int bytes)
    {
        if (_position + bytes <= _active.Length)
        {
            return true;
        }

        var next = _supply.Take(bytes);
        if (next is null)
        {
            _supply.Want(bytes, _active.Length, share: 1, LastLsn);
            return false;
        }

        _active = next;
        _position = BlockFormat.SegmentHeaderSize;
        _isTaken = true;
        return true;
    }

    /// <summary>Writes a block into the room reserved. May be done again, with the same block, after a full
    /// disk.</summary>
    public void Write(ReadOnlySpan<byte> block) => _active.File.Write(_position, block);

    /// <summary>Flushes what was written. Never called again after it failed (R1).</summary>
    public void Flush() => _active.File.Flush();

    /// <summary>The block is durable.</summary>
    public void Advance(int bytes, long floor)
    {
        LastLsn++;
        _position += bytes;
        if (_isTaken)
        {
            _isTaken = false;
            _ledger.Add(_active);
        }

        if (floor > Floor)
        {
            Floor = floor;
            _supply.Discard(_ledger.RemoveBelow(floor), LastLsn);
        }

        WantAhead();
    }

    /// <summary>Counts the durable block's records.</summary>
    public void Note(List<PendingAppend> round)
    {
        foreach (var append in round)
        {
            for (var i = 0; i < append.Writes.Count; i++)
            {
                _ledger.Note(_active, append.Group, Log.RecordKey.Of(append.Writes[i]), isReadable: true);
            }
        }
    }

    public void Dispose()
    {
        _supply.Dispose();
        foreach (var segment in _ledger.Segments)
        {
            segment.Dispose();
        }

        _active.Dispose();
    }

    private void WantAhead()
    {
        // From the half on, as the log goes on, so that it is there in time: a log that is hardly used makes no second
        // segment, and one that is used much waits for none of its flushes for long.
        const double From = 1.0 / 2;
        const double Through = 15.0 / 16;
        var at = (double)_position / _active.Length;
        if (at > From)
        {
            _supply.Want(0, _active.Length, Math.Min(1, (at - From) / (Through - From)), LastLsn);
        }
    }
}
