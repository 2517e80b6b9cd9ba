using System.Buffers;

namespace PaxosSM.Runtime.Wire;

/// <summary>Takes the frames of a connection.</summary>
public interface IFrameHandler
{
    /// <summary>A whole frame with a right checksum arrived. The next one is given when the task completes: that is the
    /// back-pressure.</summary>
    /// <remarks>A <see cref="WireFormatException"/>, like any other, ends the connection.</remarks>
    /// <param name="header">The frame's header.</param>
    /// <param name="payload">The payload; the memory is used again once the task completes.</param>
    ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload);
}

/// <summary>Reads what there is into a buffer, and blocks while there is nothing.</summary>
/// <param name="buffer">Takes it.</param>
/// <returns>How many bytes; zero at the end.</returns>
public delegate int BlockingRead(Span<byte> buffer);

/// <summary>The receiving half of a connection: one buffer, used again and again, and the frames found in it.</summary>
/// <remarks>
/// The buffer grows for a frame that is longer, and only twofold with what has really arrived: a length alone takes no
/// memory. It shrinks again after.
/// </remarks>
public sealed class FrameReceiver
{
    private const int InitialBytes = 64 << 10;
    private const int KeptBytesMax = 1 << 20;

    private readonly IFrameHandler _handler;
    private readonly TimeProvider _time;
    private readonly int _frameBytesMax;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private long _waitingSince;
    private volatile bool _insideFrame;
    private long _frames;
    private long _bytes;

    /// <summary>A receiver for one connection.</summary>
    public FrameReceiver(IFrameHandler handler, int frameBytesMax, TimeProvider time)
    {
        _handler = handler;
        _frameBytesMax = frameBytesMax;
        _time = time;
    }

    /// <summary>Frames received so far.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Bytes received so far.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether a frame has begun and not ended; with <see cref="SilentFor"/> it tells a peer that
    /// dawdles.</summary>
    public bool InsideFrame => _insideFrame;

    /// <summary>How long the other side has been silent, while this one was listening.</summary>
    public TimeSpan SilentFor
    {
        get
        {
            var since = Volatile.Read(ref _waitingSince);
            return since == 0 ? TimeSpan.Zero : _time.GetElapsedTime(since);
        }
    }

    /// <summary>Reads until the other side ends the stream.</summary>
    /// <exception cref="WireFormatException">The other side does not speak the format.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
        while (true)
        {
            OnWaiting();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (!OnRead(read))
            {
                break;
            }

            await HandleWholeFramesAsync().ConfigureAwait(false);
            MakeRoom();
        }

        OnEnded();
    }

    /// <summary>Reads once, on a thread that is the connection's own, and lent to the loops that the frames are
    /// for.</summary>
    /// <param name="read">Reads what there is, and blocks while there is nothing; zero at the end.</param>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="WireFormatException">The other side does not speak the format.</exception>
    public bool ReadOnce(BlockingRead read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (_buffer.Length == 0)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
        }

        OnWaiting();
        if (!OnRead(read(_buffer.AsSpan(_end))))
        {
            OnEnded();
            return false;
        }

        var handling = HandleWholeFramesAsync();
        if (!handling.IsCompletedSuccessfully)
        {
            // What is waited for is work of those that this thread is lent to.
            LentThread.End(busy: true);
            LentThread.Begin();
            handling.AsTask().GetAwaiter().GetResult();
        }

        MakeRoom();
        return true;
    }

    private void OnWaiting() => Volatile.Write(ref _waitingSince, Math.Max(1, _time.GetTimestamp()));

    private bool OnRead(int read)
    {
        Volatile.Write(ref _waitingSince, 0);
        _end += read;
        Volatile.Write(ref _bytes, _bytes + read);
        return read > 0;
    }

    // Not in a finally: a read that was broken off may still write into the buffer.
    private void OnEnded()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        if (_end > _start)
        {
            throw new WireFormatException($"ended {_end - _start} bytes into a frame");
        }
    }

    private async ValueTask HandleWholeFramesAsync()
    {
        while (FrameCodec.TryRead(_buffer.AsSpan(_start, _end - _start), _frameBytesMax, out var header))
        {
            var payload = _buffer.AsMemory(_start + FrameHeader.Size, header.Length - FrameHeader.Overhead);
            await _handler.OnFrameAsync(header, payload).ConfigureAwait(false);
            _start += header.Length;
            Volatile.Write(ref _frames, _frames + 1);
        }

        _insideFrame = _end > _start;
    }

    private void MakeRoom()
    {
        var left = _end - _start;
        if (left == _buffer.Length)
        {
            Move(_buffer.Length * 2);
        }
        else if (_buffer.Length > KeptBytesMax && left < InitialBytes)
        {
            Move(InitialBytes);
        }
        else if (_start > 0 && _start + left == _buffer.Length)
        {
            Array.Copy(_buffer, _start, _buffer, 0, left);
            (_start, _end) = (0, left);
        }
        else if (left == 0)
        {
            (_start, _end) = (0, 0);
        }
    }

    private void Move(int length)
    {
        var moved = ArrayPool<byte>.Shared.Rent(length);
        _buffer.AsSpan(_start, _end - _start).CopyTo(moved);
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end) = (moved, 0, _end - _start);
    }
}
