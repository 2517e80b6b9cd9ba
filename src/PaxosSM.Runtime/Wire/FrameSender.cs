using PaxosSM.Messages;

namespace PaxosSM.Runtime.Wire;

/// <summary>The sending half of a connection: frames are laid out into one buffer while another one is being
/// written.</summary>
/// <remarks>
/// <para>Any thread may send. Nothing waits: what finds no room, or no connection, is dropped. Memory is bounded by the
/// limit that was given, for both buffers together (twice that at worst, as arrays come in powers of two).</para>
/// <para>One sender serves one connection after the other: <see cref="RunAsync"/> for each.</para>
/// </remarks>
public sealed class FrameSender
{
    private readonly Lock _gate = new();
    private readonly AsyncSignal _signal;
    private readonly TimeProvider _time;
    private readonly int _bytesMax;
    private readonly int _frameBytesMax;
    private FrameBuffer _filling;
    private FrameBuffer _sending;
    private bool _open;
    private long _writingSince;
    private long _frames;
    private long _bytes;
    private long _dropped;

    /// <summary>A sender without a connection yet.</summary>
    /// <param name="bytesMax">How much may wait.</param>
    /// <param name="frameBytesMax">How long a frame may be: what the receiver takes.</param>
    /// <param name="inline">
    /// Whether <see cref="Flush"/> itself writes to the socket, which never blocks, rather than waking another thread
    /// for it.
    /// Right where few threads flush many frames at once; wrong where each frame is flushed for itself, as waking
    /// gathers them.
    /// </param>
    /// <param name="time">For <see cref="StalledFor"/>.</param>
    public FrameSender(int bytesMax, int frameBytesMax, bool inline, TimeProvider time)
    {
        _bytesMax = bytesMax;
        _frameBytesMax = frameBytesMax;
        _time = time;
        _signal = new(inline);
        _filling = new(bytesMax);
        _sending = new(bytesMax);
    }

    /// <summary>Frames written so far.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>Bytes written so far.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Frames dropped so far.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>How long the connection has taken nothing, while there was something to write.</summary>
    public TimeSpan StalledFor
    {
        get
        {
            var since = Volatile.Read(ref _writingSince);
            return since == 0 ? TimeSpan.Zero : _time.GetElapsedTime(since);
        }
    }

    /// <summary>Gathers a message; <see cref="Flush"/> sends it.</summary>
    /// <returns>False when it was dropped.</returns>
    public bool TrySend(GroupId group, Epoch epoch, Message message)
    {
        lock (_gate)
        {
            return Count(MakeRoom() && FrameCodec.TryWrite(_filling, group, epoch, message));
        }
    }

    /// <summary>Gathers a client's frame, or one to a client; <see cref="Flush"/> sends it.</summary>
    /// <remarks>Memory that was lent for what it carries is given back: it is laid out by then, or lost, and what is
    /// sent again is another frame.</remarks>
    /// <returns>False when it was dropped.</returns>
    public bool TrySend(ClientFrame frame)
    {
        bool sent;
        lock (_gate)
        {
            sent = Count(MakeRoom() && FrameCodec.TryWrite(_filling, frame));
        }

        frame.GiveBack();
        return sent;
    }

    /// <summary>Lets what was gathered leave now.</summary>
    public void Flush()
    {
        // Read without the lock: whoever sent before on this thread sees its own bytes.
        if (_filling.Length > 0)
        {
            _signal.Set();
        }
    }

    /// <summary>Writes to <paramref name="stream"/> what is sent from now on, until the connection fails or the token
    /// ends it.</summary>
    /// <exception cref="OperationCanceledException">The token ended it.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _open = true;
        }

        using var registration = cancellationToken.UnsafeRegister(
            static signal => ((AsyncSignal)signal!).Set(), _signal);
        try
        {
            while (true)
            {
                await _signal.WaitAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                await WriteGatheredAsync(stream, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Close();

            // The failure may have come up within somebody's Flush: what follows is not that thread's work.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    private async ValueTask WriteGatheredAsync(Stream stream, CancellationToken cancellationToken)
    {
        for (var round = 0; TrySwap(); round++)
        {
            if (round == 1)
            {
                // The thread that flushed has done its share; what others gathered meanwhile is not its work.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            Volatile.Write(ref _writingSince, Math.Max(1, _time.GetTimestamp()));
            await stream.WriteAsync(_sending.Written, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _writingSince, 0);
            Volatile.Write(ref _bytes, _bytes + _sending.Length);
            lock (_gate)
            {
                _sending.Clear();
            }
        }
    }

    // Under the lock. Sets the limit of the next frame.
    private bool MakeRoom()
    {
        if (!_open)
        {
            return false;
        }

        var left = _bytesMax - _sending.Length;
        _filling.BytesMax = (int)Math.Min(left, (long)_filling.Length + _frameBytesMax);
        return true;
    }

    private bool Count(bool sent)
    {
        if (sent)
        {
            _frames++;
        }
        else
        {
            _dropped++;
        }

        return sent;
    }

    private bool TrySwap()
    {
        lock (_gate)
        {
            if (_filling.Length == 0)
            {
                return false;
            }

            (_filling, _sending) = (_sending, _filling);
            return true;
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            _open = false;
            _filling.Clear();
            _sending.Abandon();
            Volatile.Write(ref _writingSince, 0);
        }
    }
}
