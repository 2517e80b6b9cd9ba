using System.Buffers.Binary;

namespace PaxosSM.Storage;

/// <summary>Reads a snapshot's content; no byte of a damaged chunk gets out.</summary>
internal sealed class SnapshotReader : Stream
{
    private readonly IStorageFile _file;
    private readonly SnapshotTrailer _trailer;
    private readonly string _name;
    private readonly Action _onDamage;
    private readonly Action _onClosed;
    private readonly byte[] _chunk = new byte[SnapshotFormat.ChunkHeaderSize + SnapshotFormat.ChunkBytes];
    private long _fileOffset = SnapshotFormat.FrameSize;
    private long _chunkIndex;
    private long _position;
    private int _from;
    private int _to;
    private bool _isClosed;

    public SnapshotReader(IStorageFile file, GroupId group, Slot slot, Action onDamage, Action onClosed)
    {
        _file = file;
        _onDamage = onDamage;
        _onClosed = onClosed;
        _name = $"The snapshot of group {group} at slot {slot}";
        _trailer = SnapshotFile.Check(file, group, slot);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _trailer.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (_from == _to && !ReadChunk()))
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, _to - _from);
        _chunk.AsSpan(_from, count).CopyTo(buffer);
        _from += count;
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            _isClosed = true;
            _file.Dispose();
            _onClosed();
        }

        base.Dispose(disposing);
    }

    private bool ReadChunk()
    {
        if (_chunkIndex == _trailer.Chunks)
        {
            return _position == _trailer.Length ? false : throw Damaged();
        }

        var header = _chunk.AsSpan(0, SnapshotFormat.ChunkHeaderSize);
        var isRead = _file.Read(_fileOffset, header) == header.Length;
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (!isRead || length is <= 0 or > SnapshotFormat.ChunkBytes)
        {
            throw Damaged();
        }

        var content = _chunk.AsSpan(SnapshotFormat.ChunkHeaderSize, length);
        if (_file.Read(_fileOffset + header.Length, content) != length
            || !SnapshotFormat.IsChunk(header, _chunkIndex, content))
        {
            throw Damaged();
        }

        _fileOffset += header.Length + length;
        _chunkIndex++;
        _from = header.Length;
        _to = header.Length + length;
        return true;
    }

    private InvalidDataException Damaged()
    {
        _onDamage();
        return new($"{_name} is damaged in chunk {_chunkIndex}.");
    }
}
