namespace PaxosSM.RedisKv.Server;

/// <summary>A command of <see cref="StreamBackend"/> that waits for a session.</summary>
internal sealed class StreamCommand(ReadOnlyMemory<byte> payload, CancellationToken cancellation)
{
    private readonly TaskCompletionSource<ReadOnlyMemory<byte>> _answer =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The command's bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>The caller's patience.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The answer of a command that had to wait for a session.</summary>
    public Task<ReadOnlyMemory<byte>> Answer => _answer.Task;

    /// <summary>Ends the wait with a failure.</summary>
    public void Fail(Exception exception) => _answer.TrySetException(exception);

    /// <summary>Ends the wait as another wait ends; returns without waiting.</summary>
    public void AnswerBy(ValueTask<ReadOnlyMemory<byte>> result) => _ = AnswerAsync(result);

    private async Task AnswerAsync(ValueTask<ReadOnlyMemory<byte>> result)
    {
        try
        {
            _answer.TrySetResult(await result.ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            _answer.TrySetException(exception);
        }
    }
}
