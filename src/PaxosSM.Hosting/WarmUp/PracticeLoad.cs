namespace PaxosSM.Hosting;

/// <summary>The loads that a warm-up serves, one after the other: alone and many at once, small and large, commands and
/// reads, from within the process and over a connection.</summary>
/// <param name="near">A client within the leader's process.</param>
/// <param name="far">A client over a connection.</param>
internal sealed class PracticeLoad(IPaxosClient near, IPaxosClient far)
{
    private const int Small = 64;
    private const int Large = 1024;
    private const int Few = 64;
    private const int Many = 1024;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(150);

    /// <summary>Runs each once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await SendAsync(near, 1, Small, cancellationToken).ConfigureAwait(false);
        await SendAsync(near, Few, Small, cancellationToken).ConfigureAwait(false);
        await SendAsync(near, Many, Small, cancellationToken).ConfigureAwait(false);
        await SendAsync(near, Many, Large, cancellationToken).ConfigureAwait(false);
        await SendAsync(far, Few, Small, cancellationToken).ConfigureAwait(false);
        await LoadAsync(Few, token => ReadAsync(far, token), cancellationToken).ConfigureAwait(false);
    }

    private static Task SendAsync(IPaxosClient client, int callers, int bytes, CancellationToken cancellationToken)
    {
        var command = new byte[bytes];
        return LoadAsync(
            callers,
            async token => _ = await client.ExecuteAsync(command, token).ConfigureAwait(false),
            cancellationToken);
    }

    private static async ValueTask ReadAsync(IPaxosClient client, CancellationToken cancellationToken) =>
        _ = await client.QueryAsync(ReadOnlyMemory<byte>.Empty, cancellationToken: cancellationToken)
            .ConfigureAwait(false);

    // Each caller has one call outstanding.
    private static async Task LoadAsync(
        int callers, Func<CancellationToken, ValueTask> call, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = new(Turn);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync, cancellationToken)))
            .ConfigureAwait(false);

        async Task CallAsync()
        {
            while (!over.IsCancellationRequested)
            {
                await call(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
