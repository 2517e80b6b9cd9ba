using System.Threading.Tasks.Sources;

namespace PaxosSM.Runtime.Wire;

/// <summary>Wakes one waiter; allocates nothing. What is set while nobody waits wakes the next wait at once.</summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core;
    private bool _waiting;
    private volatile bool _set;

    /// <param name="inline">Whether the waiter goes on within <see cref="Set"/>, on the caller's thread.</param>
    public AsyncSignal(bool inline) => _core.RunContinuationsAsynchronously = !inline;

    public ValueTask WaitAsync()
    {
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return default;
            }

            _core.Reset();
            _waiting = true;
            return new(this, _core.Version);
        }
    }

    public void Set()
    {
        if (_set)
        {
            return;
        }

        lock (_gate)
        {
            if (!_waiting)
            {
                _set = true;
                return;
            }

            _waiting = false;
        }

        // Outside the lock: the waiter may go on in here.
        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
