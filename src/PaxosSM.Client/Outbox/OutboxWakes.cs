namespace PaxosSM.Client;

/// <summary>Wakes whoever waits; a wake that nobody waits for is kept, once.</summary>
/// <remarks>For one that waits, and any threads that wake it.</remarks>
internal sealed class OutboxWakes(ClientScheduling scheduling)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<bool>? _waiter;
    private bool _isKept;

    /// <summary>Wakes. Does not block.</summary>
    public void Set()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            (_waiter, _isKept) = (null, waiter is null);
        }

        _ = waiter?.TrySetResult(true);
    }

    /// <summary>Waits for a wake.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var source = scheduling.NewSource<bool>();
        lock (_gate)
        {
            if (_isKept)
            {
                _isKept = false;
                return;
            }

            _waiter = source;
        }

        using var registration = cancellationToken.Register(() => Cancel(source, cancellationToken));
        _ = await source.Task.ConfigureAwait(false);
    }

    // Whoever took the waiter to wake it wakes it.
    private void Cancel(TaskCompletionSource<bool> source, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiter != source)
            {
                return;
            }

            _waiter = null;
        }

        _ = source.TrySetCanceled(cancellationToken);
    }
}
