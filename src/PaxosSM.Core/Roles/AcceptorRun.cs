namespace PaxosSM.Roles;

/// <summary>What a lane's owner knows of one acceptor's votes in that lane.</summary>
internal sealed class AcceptorRun(NodeId node, int place)
{
    public NodeId Node { get; } = node;

    public int Place { get; } = place;

    /// <summary>It holds the sync (R3): the lane's slots may go to it.</summary>
    public bool Synced { get; set; } = true;

    /// <summary>The run of votes that it reported: above From, through Through (R4).</summary>
    public LaneProgress Run { get; private set; }

    /// <summary>The last slot sent to it.</summary>
    public Slot Sent { get; set; }

    /// <summary>Since when it has not answered for more of what was sent.</summary>
    public Instant WaitingSince { get; set; }

    /// <summary>The end of a run behind which a gap was last filled: once is enough, the rest is the tick's.</summary>
    public Slot FilledAfter { get; set; }

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
