namespace PaxosSM.Runtime.Execution;

/// <summary>Runs an <see cref="ApplyLoop"/> on a thread of its own until it is disposed.</summary>
public sealed class ApplyThread : IAsyncDisposable
{
    // A snapshot that waits for its back-off is looked after this often.
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(1);
    private readonly ApplyLoop _loop;
    private readonly WakeSignal _signal = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <summary>A thread for a loop; see <see cref="Start"/>.</summary>
    public ApplyThread(ApplyLoop loop, string name)
    {
        _loop = loop;
        _loop.Wake = _signal.Set;
        _thread = new(Run) { IsBackground = true, Name = name };
    }

    /// <summary>Starts it.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends the thread after the round that it is in, and tells the queries that wait.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _signal.Set();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
        {
            _loop.Stop();
            return;
        }

        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        while (!_stopping)
        {
            _signal.Take();
            if (!_loop.RunOnce() && !_stopping)
            {
                _signal.Wait(IdleMax);
            }
        }

        _loop.Stop();
        _ended.SetResult();
    }
}
