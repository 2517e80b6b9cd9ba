namespace PaxosSM.Runtime.Execution;

/// <summary>A worker without a thread: its owner pumps it. For simulation and tests.</summary>
public sealed class PumpedWorker : IWorker
{
    private readonly Queue<Func<CancellationToken, ValueTask>> _waiting = [];

    /// <inheritdoc/>
    public void Post(Func<CancellationToken, ValueTask> work) => _waiting.Enqueue(work);

    /// <summary>Runs the next piece to its end; false when there was none.</summary>
    public bool RunOnce()
    {
        if (!_waiting.TryDequeue(out var work))
        {
            return false;
        }

        work(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return true;
    }
}
