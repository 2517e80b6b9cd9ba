namespace PaxosSM;

/// <summary>Deterministic timers on the log's time (R19).</summary>
/// <remarks>
/// A timer fires at the same place of the log on every replica: before the first command of the batch whose stamp
/// reached its due time, in order of (due time, id). Pending timers are part of every snapshot.
/// </remarks>
public interface ITimers
{
    /// <summary>Sets the timer <paramref name="id"/>, replacing an earlier due time of the same id.</summary>
    void Set(long id, LogTime due);

    /// <summary>Forgets the timer <paramref name="id"/>; no effect when it is not set.</summary>
    void Cancel(long id);
}
