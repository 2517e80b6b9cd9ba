namespace PaxosSM.Hosting;

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

    /// <summary>What is tried how often.</summary>
    public required OutboxPipelines Pipelines { get; init; }

    /// <summary>Is told what happens.</summary>
    public required OutboxEvents Events { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The outbox is to be looked at. Any thread.</summary>
    public Action Wake { get; init; } = () => { };
}
