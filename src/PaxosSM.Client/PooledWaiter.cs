using System.Threading.Tasks.Sources;

namespace PaxosSM.Client;

/// <summary>The caller's side of a command or query: pooled, so that none allocates a task.</summary>
/// <remarks>Goes back to its pool when its result is taken, so it is awaited once, as a <see cref="ValueTask"/> must
/// be.</remarks>
/// <typeparam name="TResult">What is waited for.</typeparam>
internal abstract class PooledWaiter<TResult> : IValueTaskSource<TResult>, ICompletion
{
    // It only tells the end: a result is put together where it is taken, not moved from place to place.
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private Exception? _exception;

    /// <summary>What its end is told through; set while it is waited for.</summary>
    protected ClientLink? Link { get; set; }

    public ValueTask<TResult> Task => new(this, _core.Version);

    /// <summary>
    /// Gives up when the token is cancelled. Called by the caller's thread, before the task is given out.
    /// </summary>
    public void Register(CancellationToken token)
    {
        _token = token;
        _registration = token.UnsafeRegister(
            static state => ((PooledWaiter<TResult>)state!).OnCancelled(), this);
    }

    public void Fail(Exception exception)
    {
        _exception = exception;
        Complete();
    }

    void ICompletion.Complete()
    {
        if (_exception is { } exception)
        {
            _core.SetException(exception);
        }
        else
        {
            _core.SetResult(true);
        }
    }

    public TResult GetResult(short token)
    {
        // Waits for a callback that is running: it must not meet what this waiter serves next.
        _registration.Dispose();
        try
        {
            _core.GetResult(token);
            return Result;
        }
        finally
        {
            _core.Reset();
            _registration = default;
            _token = default;
            _exception = null;
            Recycle();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>What was waited for; taken once, after <see cref="Complete()"/>.</summary>
    protected abstract TResult Result { get; }

    /// <summary>Ends the wait: the result is there.</summary>
    protected void Complete() => Link!.Complete(this); // set while it is waited for

    /// <summary>Gives up what is waited for.</summary>
    protected abstract void Cancel(CancellationToken token);

    /// <summary>Forgets what was waited for, and goes back to the pool.</summary>
    protected abstract void Recycle();

    private void OnCancelled() => Cancel(_token);
}
