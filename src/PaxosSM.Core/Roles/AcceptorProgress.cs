namespace PaxosSM.Roles;

/// <summary>What a leader knows of one acceptor in its reign, beside its votes in lanes.</summary>
internal sealed class AcceptorProgress(NodeId node, int place)
{
    public NodeId Node { get; } = node;

    public int Place { get; } = place;

    /// <summary>It holds the sync (R3).</summary>
    public bool Synced { get; set; }

    public Instant SyncSentAt { get; set; }

    /// <summary>When it last confirmed the ballot (R23).</summary>
    public Instant HeardAt { get; set; }

    /// <summary>The newest round that it confirmed (R20a).</summary>
    public long Confirmed { get; set; }

    /// <summary>When the newest round was sent for which it granted a lease (R20b).</summary>
    public Instant LeasedFrom { get; set; } = new(long.MinValue);
}
