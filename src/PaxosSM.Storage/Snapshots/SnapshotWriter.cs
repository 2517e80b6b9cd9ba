namespace PaxosSM.Storage;

/// <summary>Takes bytes for a file written aside: content that it cuts into chunks, or stored bytes as they
/// are.</summary>
internal sealed class SnapshotWriter : Stream
{
    // A little at a time: the log's flushes share the device, and wait behind what it has to write.
    private const long PieceBytes = 256 * 1024;

    private readonly IStorageFile _file;
    private readonly Action<Exception> _onFlushFailure;
    private readonly bool _isStored;
    private readonly byte[] _chunk = new byte[SnapshotFormat.ChunkHeaderSize + SnapshotFormat.ChunkBytes];
    private long _length;
    private long _chunks;
    private long _fileOffset;
    private long _writtenBack;
    private int _filled;

    public SnapshotWriter(IStorageFile file, GroupId group, Slot slot, bool isStored, Action<Exception> onFlushFailure)
    {
        _file = file;
        _isStored = isStored;
        _onFlushFailure = onFlushFailure;
        if (!isStored)
        {
            Span<byte> header = stackalloc byte[SnapshotFormat.FrameSize];
            SnapshotFormat.WriteHeader(header, group, slot);
            Put(header);
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _length += buffer.Length;
        if (_isStored)
        {
            Put(buffer);
            return;
        }

        while (!buffer.IsEmpty)
        {
            var count = Math.Min(buffer.Length, SnapshotFormat.ChunkBytes - _filled);
            buffer[..count].CopyTo(_chunk.AsSpan(SnapshotFormat.ChunkHeaderSize + _filled));
            _filled += count;
            buffer = buffer[count..];
            if (_filled == SnapshotFormat.ChunkBytes)
            {
                PutChunk();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Writes what is left and the trailer, and makes all of it durable.</summary>
    public void Finish(GroupId group, Slot slot)
    {
        if (!_isStored)
        {
            PutChunk();
            Span<byte> trailer = stackalloc byte[SnapshotFormat.FrameSize];
            SnapshotFormat.WriteTrailer(trailer, group, slot, new(_length, _chunks));
            Put(trailer);
        }

        Guard(_file.Flush);
    }

    public override void Flush()
    {
        // Durable by Finish only: a snapshot is there whole or not at all.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void PutChunk()
    {
        if (_filled > 0)
        {
            SnapshotFormat.WriteChunkHeader(_chunk, _chunks, _chunk.AsSpan(SnapshotFormat.ChunkHeaderSize, _filled));
            Put(_chunk.AsSpan(0, SnapshotFormat.ChunkHeaderSize + _filled));
            _chunks++;
            _filled = 0;
        }
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _file.Write(_fileOffset, bytes);
        _fileOffset += bytes.Length;
        if (_fileOffset - _writtenBack >= PieceBytes)
        {
            Guard(() => _file.WriteBack(_writtenBack, _fileOffset - _writtenBack));
            _writtenBack = _fileOffset;
        }
    }

    private void Guard(Action flush)
    {
        try
        {
            flush();
        }
        catch (IOException exception)
        {
            _onFlushFailure(exception);
            throw;
        }
    }
}
