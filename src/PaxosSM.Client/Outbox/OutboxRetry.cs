namespace PaxosSM.Client;

/// <summary>Tries again what failed, after pauses that grow: to deliver, to read outboxes, to acknowledge.</summary>
/// <param name="options">The bounds.</param>
/// <param name="time">The clock.</param>
/// <param name="scheduling">Where it waits, and where chance comes from.</param>
internal sealed class OutboxRetry(OutboxOptions options, TimeProvider time, ClientScheduling scheduling)
{
    private const int DoublingsMax = 30;

    /// <summary>Tries until it is done, or was tried so often.</summary>
    /// <param name="attempt">One try; whatever it throws may pass.</param>
    /// <param name="attemptsMax">How often it is tried at most; 0: for ever.</param>
    /// <param name="onRetry">Told how often it was tried, the pause that follows, and why.</param>
    /// <param name="end">Ends tries and pauses; then nothing is tried again.</param>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> attempt,
        int attemptsMax,
        Action<int, TimeSpan, Exception> onRetry,
        CancellationToken end)
    {
        for (var attempts = 1; ; attempts++)
        {
            end.ThrowIfCancellationRequested();
            TimeSpan pause;
            try
            {
                return await attempt(end).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // a receiver's failure may be anything, and may pass
            catch (Exception failure) when (attempts != attemptsMax && !end.IsCancellationRequested)
#pragma warning restore CA1031
            {
                pause = PauseAfter(attempts);
                onRetry(attempts, pause, failure);
            }

            await scheduling.DelayAsync(pause, time, end).ConfigureAwait(false);
        }
    }

    /// <summary>Bounds one try, of somebody who may not heed its token.</summary>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async ValueTask WithinAsync(
        TimeSpan bound, Func<CancellationToken, ValueTask> attempt, CancellationToken end)
    {
        using CancellationTokenSource late = new(bound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, end);
        try
        {
            await scheduling.WaitAsync(attempt(either.Token), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !end.IsCancellationRequested)
        {
            throw new TimeoutException($"not confirmed within {bound.TotalSeconds:0.###} s");
        }
    }

    // About twice as long each time; by chance, lest all destinations come at once.
    private TimeSpan PauseAfter(int attempts)
    {
        var doubled = options.RetryDelay * Math.Pow(2, Math.Min(attempts - 1, DoublingsMax));
        var shortest = doubled < options.RetryDelayMax ? doubled : options.RetryDelayMax;
        var pause = shortest * (1 + (scheduling.NextDouble() / 2));
        return pause < options.RetryDelayMax ? pause : options.RetryDelayMax;
    }
}
