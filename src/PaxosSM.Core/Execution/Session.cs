namespace PaxosSM.Execution;

/// <summary>One session of the table: what it has applied, and which results it still owes its client (R17).</summary>
internal sealed class Session(SessionId id, SessionRequest request, LogTime openedAt)
{
    /// <summary>Its number.</summary>
    public SessionId Id { get; } = id;

    /// <summary>What its client asked for, with the window as it was granted.</summary>
    public SessionRequest Request { get; } = request;

    /// <summary>The log's time at its last entry.</summary>
    public LogTime LastActive { get; set; } = openedAt;

    /// <summary>Results through here are forgotten: acknowledged, or given up.</summary>
    public long AcknowledgedThrough { get; set; }

    /// <summary>The highest number applied.</summary>
    public long Highest { get; set; }

    /// <summary>The results kept.</summary>
    public ResultRing Results { get; } = new();

    /// <summary>When it expires, unless it is used before.</summary>
    public LogTime Deadline => LastActive.Add(Request.Timeout);

    /// <summary>For the <see cref="ExpiryQueue"/>: the deadline that it was filed under; never after
    /// <see cref="Deadline"/>.</summary>
    public LogTime FiledDeadline { get; set; }

    /// <summary>For the <see cref="ExpiryQueue"/>: its place there.</summary>
    public int QueueIndex { get; set; }

    /// <summary>For the table: the session opened before it, of those still open.</summary>
    public Session? Previous { get; set; }

    /// <summary>For the table: the session opened after it, of those still open.</summary>
    public Session? Next { get; set; }
}
