namespace PaxosSM.Runtime.Execution;

/// <summary>A worker on the thread pool.</summary>
public sealed class PooledWorker : IWorker, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<Func<CancellationToken, ValueTask>> _waiting = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private bool _isRunning;

    /// <inheritdoc/>
    public void Post(Func<CancellationToken, ValueTask> work)
    {
        lock (_gate)
        {
            _waiting.Enqueue(work);
            if (!_isRunning)
            {
                _isRunning = true;
                _running = Task.Run(RunAsync);
            }
        }
    }

    /// <summary>Cancels what runs, runs what waits with a cancelled token, and returns when all has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task running;
        lock (_gate)
        {
            running = _running;
        }

        // The token's source stays undisposed: work may still be given, and must find the token cancelled.
        await running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (TryTake(out var work))
        {
            // Work tells its own failures; what it did not expect must not end the work that comes after.
            await work(_stopping.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool TryTake(out Func<CancellationToken, ValueTask> work)
    {
        lock (_gate)
        {
            _isRunning = _waiting.TryDequeue(out var next);
            work = next!;
            return _isRunning;
        }
    }
}
