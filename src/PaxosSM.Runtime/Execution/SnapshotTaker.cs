using System.Buffers;
using PaxosSM.Execution;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.Execution;

/// <summary>Decides when the own machine is captured, and writes captures out beside the executor, one at a
/// time.</summary>
/// <remarks>Its methods are called on the executor's thread; <see cref="Request"/>, <see cref="WaitAsync"/> and
/// <see cref="Stop"/> on any.</remarks>
internal sealed class SnapshotTaker(
    ISnapshotStore store, IWorker worker, SnapshotOptions options, IExecutionObserver observer, TimeProvider clock)
{
    private const int HeadBytesKept = 1 << 20;
    private readonly Lock _gate = new();
    private readonly List<(Slot AtLeast, TaskCompletionSource<Slot> Saved)> _waiting = [];
    private long _bytesSince;
    private long _slotsSince;
    private long _lastLength;
    private Slot _last;
    private bool _requested;
    private bool _isWriting;
    private TimeSpan _delay;
    private long _failedAt;
    private string? _stopped;
    private ArrayBufferWriter<byte> _head = new();

    /// <summary>Takes the outcome to the core.</summary>
    public IReplica? Replica { get; set; }

    /// <summary>Called once a capture is written, or given up.</summary>
    public Action? Written { get; set; }

    /// <summary>Whether a capture is being written.</summary>
    public bool IsWriting
    {
        get
        {
            lock (_gate)
            {
                return _isWriting;
            }
        }
    }

    /// <summary>Asks for a snapshot whatever the policy says.</summary>
    public void Request()
    {
        lock (_gate)
        {
            _requested = true;
        }
    }

    /// <summary>Completes once a durable snapshot covers <paramref name="atLeast"/>, with its slot; fails when it can't
    /// be written.</summary>
    public Task<Slot> WaitAsync(Slot atLeast)
    {
        lock (_gate)
        {
            if (_stopped is { } why)
            {
                return Task.FromException<Slot>(new IOException(why));
            }

            if (_last >= atLeast)
            {
                return Task.FromResult(_last);
            }

            _requested = true;
            TaskCompletionSource<Slot> saved = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((atLeast, saved));
            return saved.Task;
        }
    }

    /// <summary>No snapshot is taken any more: those who wait for one are told.</summary>
    public void Stop(string why)
    {
        lock (_gate)
        {
            _stopped ??= why;
            TellFailure(why);
        }
    }

    /// <summary>Counts a value applied.</summary>
    /// <remarks>Nothing goes in an epoch before a snapshot covers the ones before (R14): a log that is full by then
    /// takes nothing that would make one due.</remarks>
    public void Count(Value value)
    {
        _slotsSince++;
        _bytesSince += value.Size;
        if (value.Kind == ValueKind.Stop)
        {
            Request();
        }
    }

    /// <summary>Whether the last one failed, and is to be tried again after a while.</summary>
    public bool WaitsToRetry
    {
        get
        {
            lock (_gate)
            {
                return _delay > TimeSpan.Zero;
            }
        }
    }

    /// <summary>The machine was restored from the stored snapshot of that slot.</summary>
    public void OnRestored(GroupId group, Slot slot)
    {
        _slotsSince = 0;
        _bytesSince = 0;
        lock (_gate)
        {
            _last = slot;
            _lastLength = LengthOf(group, slot);
        }
    }

    /// <summary>Whether it is time to capture the machine.</summary>
    public bool IsDue(Slot applied)
    {
        lock (_gate)
        {
            return IsDueNow(applied);
        }
    }

    /// <summary>Captures the machine, which shows nothing but what is chosen; the rest happens beside.</summary>
    public void Take(Executor executor)
    {
        lock (_gate)
        {
            _requested = false;
            _isWriting = true;
        }

        var slot = executor.Applied;
        try
        {
            // Whoever wrote the last one out has ended.
            _head.ResetWrittenCount();
            _head = _head.Capacity > HeadBytesKept ? new() : _head;
            executor.WriteState(_head);
            var captured = executor.Machine.BeginSnapshot();
            Capture capture = new(executor.Group, slot, executor.Chain, _head.WrittenMemory, captured);
            worker.Post(stopping => WriteAsync(capture, stopping));
            _slotsSince = 0;
            _bytesSince = 0;
        }
        catch (Exception exception)
        {
            OnFailed(executor.Group, slot, exception);
        }
    }

    private bool IsDueNow(Slot applied)
    {
        if (_isWriting || applied == _last || (_delay > TimeSpan.Zero && clock.GetElapsedTime(_failedAt) < _delay))
        {
            return false;
        }

        var bytesMax = Math.Max(options.LogBytesMin, Math.Min(_lastLength, options.LogBytesMax));
        return _requested || _bytesSince > bytesMax || _slotsSince >= options.SlotsMax;
    }

    private async ValueTask WriteAsync(Capture capture, CancellationToken cancellationToken)
    {
        var (group, slot) = (capture.Group, capture.Slot);
        try
        {
            using (capture.Machine)
            {
                var draft = store.Create(group, slot);
                await using (draft.ConfigureAwait(false))
                {
                    await draft.Stream.WriteAsync(capture.Head, cancellationToken).ConfigureAwait(false);
                    await capture.Machine.WriteAsync(draft.Stream, cancellationToken).ConfigureAwait(false);
                    await draft.CommitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception)
        {
            OnFailed(group, slot, exception);
            Written?.Invoke();
            return;
        }

        OnSaved(group, slot, capture.Chain);
        Written?.Invoke();
    }

    private void OnSaved(GroupId group, Slot slot, ulong chain)
    {
        long length = 0;
        try
        {
            length = LengthOf(group, slot);
        }
        catch (IOException exception)
        {
            // It is durable all the same; without its length the next one comes a little early.
            observer.OnSnapshotFailed(group, slot, exception, TimeSpan.Zero);
        }

        lock (_gate)
        {
            _isWriting = false;
            _delay = TimeSpan.Zero;
            if (slot > _last)
            {
                _last = slot;
                _lastLength = length;
            }

            foreach (var each in _waiting.Where(each => each.AtLeast <= slot))
            {
                each.Saved.SetResult(slot);
            }

            _waiting.RemoveAll(each => each.AtLeast <= slot);
        }

        observer.OnSnapshotSaved(group, slot, chain, length);
        Replica?.Post(new SnapshotSaved(slot));
        try
        {
            store.DeleteBelow(group, slot);
        }
        catch (IOException exception)
        {
            observer.OnSnapshotFailed(group, slot, exception, TimeSpan.Zero);
        }
    }

    private void OnFailed(GroupId group, Slot slot, Exception exception)
    {
        TimeSpan delay;
        lock (_gate)
        {
            _isWriting = false;
            _requested = true;
            _failedAt = clock.GetTimestamp();
            _delay = delay = _delay == TimeSpan.Zero
                ? options.RetryDelayMin
                : TimeSpan.FromTicks(Math.Min(2 * _delay.Ticks, options.RetryDelayMax.Ticks));
            TellFailure($"the snapshot at slot {slot} could not be written: {exception.Message}");
        }

        observer.OnSnapshotFailed(group, slot, exception, delay);
    }

    private void TellFailure(string why)
    {
        foreach (var each in _waiting)
        {
            each.Saved.SetException(new IOException(why));
        }

        _waiting.Clear();
    }

    private long LengthOf(GroupId group, Slot slot)
    {
        Span<byte> first = stackalloc byte[1];
        return store.ReadPiece(group, slot, 0, first).Length;
    }

    private sealed record Capture(
        GroupId Group, Slot Slot, ulong Chain, ReadOnlyMemory<byte> Head, ISnapshotWriter Machine);
}
