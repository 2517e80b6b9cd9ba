namespace PaxosSM.RedisKv.Server;

/// <summary>Timers of a machine without a log.</summary>
internal sealed class LocalTimers : ITimers
{
    private readonly Dictionary<long, LogTime> _dues = [];

    /// <summary>How many timers are set.</summary>
    public int Count => _dues.Count;

    /// <summary>The timers that are set, by id.</summary>
    public IEnumerable<KeyValuePair<long, LogTime>> Pending => _dues.OrderBy(timer => timer.Key);

    /// <inheritdoc/>
    public void Set(long id, LogTime due) => _dues[id] = due;

    /// <inheritdoc/>
    public void Cancel(long id) => _dues.Remove(id);

    /// <summary>Sets the same timers on another machine.</summary>
    public void CopyTo(LocalTimers other)
    {
        foreach (var (id, due) in _dues)
        {
            other.Set(id, due);
        }
    }

    /// <summary>Takes the timer that is due first, if one is due.</summary>
    public bool TryTakeDue(LogTime now, out long id)
    {
        id = 0;
        if (_dues.Count == 0)
        {
            return false;
        }

        var first = _dues.MinBy(timer => (timer.Value, timer.Key));
        id = first.Key;
        return first.Value <= now && _dues.Remove(id);
    }
}
