namespace PaxosSM.Client;

/// <summary>The flushes of a session, in order (R18). For one thread at a time.</summary>
internal sealed class FlushQueue(ClientLink link)
{
    private readonly Queue<Flush> _queue = new();

    public Task Add(long through, Instant now)
    {
        var flush = new Flush(through, now, now + link.Options.Timeout, link.Scheduling.NewSource<bool>());
        _queue.Enqueue(flush);
        return flush.Done.Task;
    }

    /// <summary>Every command below <paramref name="first"/> is resolved.</summary>
    public void Complete(long first)
    {
        while (_queue.TryPeek(out var flush) && flush.Through < first)
        {
            _queue.Dequeue();
            End(flush);
        }
    }

    public void Expire(Instant now)
    {
        while (_queue.TryPeek(out var flush) && flush.Deadline <= now)
        {
            _queue.Dequeue();
            var waited = (now - flush.Since).TotalSeconds;
            Fail(flush, new PaxosException(
                PaxosError.Timeout, $"{link.Why()}; waited {waited:0.0} s for command {flush.Through} to be applied"));
        }
    }

    public void Fail(Exception exception)
    {
        while (_queue.TryDequeue(out var flush))
        {
            Fail(flush, exception);
        }
    }

    // Apart: what a closure needs is made where it begins, and would be made for each result.
    private void End(Flush flush) => link.Scheduling.Complete(() => flush.Done.SetResult(true));

    private void Fail(Flush flush, Exception exception) =>
        link.Scheduling.Complete(() => flush.Done.SetException(exception));

    private sealed record Flush(long Through, Instant Since, Instant Deadline, TaskCompletionSource<bool> Done);
}
