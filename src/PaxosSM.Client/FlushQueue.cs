namespace PaxosSM.Client;

/// <summary>The flushes of a session, in order (R18). For one thread at a time.</summary>
internal sealed class FlushQueue
{
    private readonly Queue<Flush> _queue = new();

    public Task Add(long through, Instant now, TimeSpan timeout)
    {
        var flush = new Flush(through, now, now + timeout, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _queue.Enqueue(flush);
        return flush.Done.Task;
    }

    /// <summary>Every command below <paramref name="first"/> is resolved.</summary>
    public void Complete(long first)
    {
        while (_queue.TryPeek(out var flush) && flush.Through < first)
        {
            _queue.Dequeue().Done.SetResult();
        }
    }

    public void Expire(Instant now, ClientLink link)
    {
        while (_queue.TryPeek(out var flush) && flush.Deadline <= now)
        {
            var waited = (now - flush.Since).TotalSeconds;
            _queue.Dequeue().Done.SetException(new PaxosException(
                PaxosError.Timeout, $"{link.Why()}; waited {waited:0.0} s for command {flush.Through} to be applied"));
        }
    }

    public void Fail(Exception exception)
    {
        while (_queue.TryDequeue(out var flush))
        {
            flush.Done.SetException(exception);
        }
    }

    private sealed record Flush(long Through, Instant Since, Instant Deadline, TaskCompletionSource Done);
}
