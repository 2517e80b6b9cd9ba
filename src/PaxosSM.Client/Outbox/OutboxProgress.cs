namespace PaxosSM.Client;

/// <summary>What one destination's receiver has confirmed, and what of that the log was told.</summary>
internal sealed class OutboxProgress(OutboxGroup group, OutboxClient outbox, string destination)
{
    private static readonly TimeSpan LastWordTimeout = TimeSpan.FromSeconds(1);
    private OutboxToken? _confirmed;
    private OutboxToken? _acknowledged;
    private long _toldAt = group.Time.GetTimestamp();

    /// <summary>Whether the receiver has not confirmed the entry yet.</summary>
    public bool IsNext(OutboxEntry entry) => _confirmed is not { } confirmed || entry.Token > confirmed;

    /// <summary>The receiver has confirmed an entry; the log is told now and then.</summary>
    /// <returns>Whether it was told.</returns>
    public async ValueTask<bool> ConfirmAsync(OutboxToken token, CancellationToken end)
    {
        _confirmed = token;
        if (group.Time.GetElapsedTime(_toldAt) < group.Options.AcknowledgeInterval)
        {
            return false;
        }

        await AcknowledgeAsync(end).ConfigureAwait(false);
        return true;
    }

    /// <summary>Tells the log what was confirmed, if it does not know. After the end of the reign that is tried once:
    /// what it does not hear is delivered again.</summary>
    public async Task AcknowledgeAsync(CancellationToken end)
    {
        if (_confirmed is not { } confirmed || confirmed == _acknowledged)
        {
            return;
        }

        if (end.IsCancellationRequested)
        {
            await TryOnceAsync(confirmed).ConfigureAwait(false);
            return;
        }

        _ = await group.AskAsync(
            async token =>
            {
                await outbox.AcknowledgeAsync(destination, confirmed, token).ConfigureAwait(false);
                return confirmed;
            },
            end).ConfigureAwait(false);
        _acknowledged = confirmed;
        _toldAt = group.Time.GetTimestamp();
    }

    private async Task TryOnceAsync(OutboxToken confirmed)
    {
        using CancellationTokenSource late = new(LastWordTimeout, group.Time);
        try
        {
            await outbox.AcknowledgeAsync(destination, confirmed, late.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is PaxosException or OperationCanceledException)
        {
            // Nobody is told, and nothing is lost: the next leader's receiver sees a repeat.
        }
    }
}
