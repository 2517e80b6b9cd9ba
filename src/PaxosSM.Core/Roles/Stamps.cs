namespace PaxosSM.Roles;

/// <summary>Stamps what a proposer proposes, and says when the log's time must be moved on (R19).</summary>
internal sealed class Stamps(TimeSpan skewMax)
{
    private LogTime _latest;

    /// <summary>The wall clock, as of the last tick.</summary>
    public LogTime Wall { get; set; }

    /// <summary>Whether anything is known of the log's time: before that no stamp can be bounded by it.</summary>
    public bool KnowsLog { get; private set; }

    /// <summary>The earliest time that a session or timer waits for; never for none.</summary>
    public LogTime NextDeadline { get; private set; } = LogTime.Never;

    /// <summary>Whether a session or timer waits for a time that has come, and nothing proposed so far carries
    /// it.</summary>
    public bool IsWaitedFor => NextDeadline <= Wall && _latest < NextDeadline;

    /// <summary>Whether the log is so far behind that the next stamp would be clamped: skips go first, or a relative
    /// time such as a lease's end would count from a time long past.</summary>
    public bool IsBehind => _latest != LogTime.Zero && Wall > _latest.Add(skewMax);

    public void OnExecuted(LogTime time, LogTime nextDeadline)
    {
        KnowsLog = true;
        _latest = LogTime.Max(_latest, time);
        NextDeadline = nextDeadline;
    }

    public void OnAdopted(LogTime stamp)
    {
        KnowsLog |= stamp > LogTime.Zero;
        _latest = LogTime.Max(_latest, stamp);
    }

    /// <summary>The stamp of the next proposal: the wall clock's, never behind the last, clamped to the skew ahead of
    /// the log.</summary>
    public LogTime Next()
    {
        var stamp = _latest == LogTime.Zero || Wall <= _latest.Add(skewMax) ? Wall : _latest.Add(skewMax);
        _latest = LogTime.Max(_latest, stamp);
        return _latest;
    }
}
