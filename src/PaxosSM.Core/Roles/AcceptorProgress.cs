namespace PaxosSM.Roles;

/// <summary>What a leader knows of one acceptor in its reign.</summary>
internal sealed class AcceptorProgress(NodeId node, int place)
{
    public NodeId Node { get; } = node;

    public int Place { get; } = place;

    /// <summary>It holds the sync (R3): lanes' slots may go to it.</summary>
    public bool Synced { get; set; }

    public Instant SyncSentAt { get; set; }

    /// <summary>The run of votes that it reported: above From, through Through (R4).</summary>
    public LaneProgress Run { get; private set; }

    /// <summary>The last slot sent to it.</summary>
    public Slot Sent { get; set; }

    public Instant SentAt { get; set; }

    /// <summary>The end of a run behind which a gap was last filled: once is enough, the rest is the tick's.</summary>
    public Slot FilledAfter { get; set; }

    /// <summary>When it last confirmed the ballot (R23).</summary>
    public Instant HeardAt { get; set; }

    /// <summary>The newest round that it confirmed (R20a).</summary>
    public long Confirmed { get; set; }

    /// <summary>When the newest round was sent for which it granted a lease (R20b).</summary>
    public Instant LeasedFrom { get; set; } = new(long.MinValue);

    /// <summary>Takes a report; reports that come late change nothing.</summary>
    /// <returns>Whether the run grew.</returns>
    public bool Report(Slot from, Slot through)
    {
        if (through <= Run.Through)
        {
            return false;
        }

        // What it once told as votes stay votes: after a restart it may not be able to read some (R24).
        Run = new(from <= Run.Through ? Slot.Min(Run.From, from) : from, through);
        return true;
    }
}
