namespace PaxosSM;

/// <summary>Where and when a command is applied: the same on every replica.</summary>
public readonly struct CommandContext
{
    /// <summary>Describes a command's place.</summary>
    public CommandContext(
        GroupId group, Slot slot, int index, LogTime time, SessionId session, long sequence, ITimers timers)
    {
        Group = group;
        Slot = slot;
        Index = index;
        Time = time;
        Session = session;
        Sequence = sequence;
        Timers = timers;
    }

    /// <summary>The group that applies it.</summary>
    public GroupId Group { get; }

    /// <summary>The cluster's history that the command is of (R33).</summary>
    public ForkId Fork { get; init; }

    /// <summary>The epoch that the slot is of; for a view that begins an epoch, that one.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>The slot whose batch holds the command.</summary>
    public Slot Slot { get; }

    /// <summary>The command's place in that batch, from 0; timers come before it, at -1, -2, and so on.</summary>
    public int Index { get; }

    /// <summary>The log's time here: the only clock that a machine may read (R19).</summary>
    public LogTime Time { get; }

    /// <summary>The session that sent it; <see cref="SessionId.None"/> for a timer.</summary>
    public SessionId Session { get; }

    /// <summary>The command's number in its session, from 1; the due time's number for a timer is 0.</summary>
    public long Sequence { get; }

    /// <summary>Deterministic timers on the log's time (R19); usable only during the call.</summary>
    public ITimers Timers { get; }
}
