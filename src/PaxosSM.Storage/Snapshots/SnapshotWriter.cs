using System.Buffers;

namespace PaxosSM.Storage;

/// <summary>Takes bytes for a file written aside: content that it cuts into chunks, or stored bytes as they
/// are.</summary>
internal sealed class SnapshotWriter : Stream
{
    // A little at a time: the log's flushes share the device, and wait behind what it has to write.
    private const int PieceBytes = 128 * 1024;

    // The device is the log's for most of the time, but a snapshot is never late by more than this: the log waits for
    // it, too.
    private const int PausePerWrite = 6;
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PausesMax = TimeSpan.FromSeconds(5);

    private readonly IStorageFile _file;
    private readonly Action<Exception> _onFlushFailure;
    private readonly bool _isStored;
    private byte[] _chunk = ArrayPool<byte>.Shared.Rent(SnapshotFormat.ChunkHeaderSize + SnapshotFormat.ChunkBytes);
    private long _length;
    private long _chunks;
    private long _fileOffset;
    private long _writtenBack;
    private TimeSpan _writing;
    private TimeSpan _paused;
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

    /// <summary>Measures how long the device takes, and waits in between, where the content is written
    /// asynchronously; null writes as fast as it can.</summary>
    public TimeProvider? Pace { get; init; }

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

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(buffer.Length, PieceBytes)];
            Write(piece.Span);
            buffer = buffer[piece.Length..];
            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }
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

        // It may have been a longer one's.
        _file.Truncate(_fileOffset);
        Guard(_file.Flush);
    }

    public override void Flush()
    {
        // Durable by Finish only: a snapshot is there whole or not at all.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _chunk.Length > 0)
        {
            // Whoever keeps the stream for longer finds no room in it.
            ArrayPool<byte>.Shared.Return(_chunk);
            _chunk = [];
        }

        base.Dispose(disposing);
    }

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
            var began = Pace?.GetTimestamp() ?? 0;
            Guard(() => _file.WriteBack(_writtenBack, _fileOffset - _writtenBack));
            _writing += Pace?.GetElapsedTime(began) ?? TimeSpan.Zero;
            _writtenBack = _fileOffset;
        }
    }

    private async ValueTask PauseAsync(CancellationToken cancellationToken)
    {
        if (Pace is null || _writing == TimeSpan.Zero || _paused >= PausesMax)
        {
            return;
        }

        var pause = TimeSpan.FromTicks(Math.Min(_writing.Ticks * PausePerWrite, PauseMax.Ticks));
        _writing = TimeSpan.Zero;
        _paused += pause;
        await Task.Delay(pause, Pace, cancellationToken).ConfigureAwait(false);
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
