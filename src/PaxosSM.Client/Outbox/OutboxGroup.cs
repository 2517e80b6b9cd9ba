namespace PaxosSM.Client;

/// <summary>Whose outbox is delivered, and how.</summary>
internal sealed record OutboxGroup
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>This node's number.</summary>
    public required NodeId Self { get; init; }

    /// <summary>Makes a client of this node's replica.</summary>
    public required Func<IPaxosClient> Connect { get; init; }

    /// <summary>Takes entries to their receivers.</summary>
    public required IOutboxHandler Handler { get; init; }

    /// <summary>The bounds.</summary>
    public required OutboxOptions Options { get; init; }

    /// <summary>Is told what happens.</summary>
    public required IOutboxObserver Events { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where the work runs.</summary>
    public ClientScheduling Scheduling { get; init; } = ClientScheduling.Pool;

    /// <summary>Asks the own group until it answers.</summary>
    public Task<T> AskAsync<T>(Func<CancellationToken, ValueTask<T>> ask, CancellationToken end) =>
        Retry.RunAsync(ask, 0, (_, pause, why) => Events.Unreadable(Group, pause, why), end);

    /// <summary>Tries again what failed.</summary>
    public OutboxRetry Retry => new(Options, Time, Scheduling);

    /// <summary>The outbox is to be looked at. Any thread.</summary>
    public Action Wake { get; init; } = () => { };
}
