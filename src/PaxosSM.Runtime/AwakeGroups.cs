namespace PaxosSM.Runtime;

/// <summary>Which of a node's groups need ticks: those that don't rest, and those whose time has come. The
/// loop's.</summary>
internal sealed class AwakeGroups
{
    // A node that starts has all its groups to settle with the others: not all at once.
    private const int AwakeAtFirstMax = 256;
    private readonly List<ReplicaDriver> _awake = [];
    private readonly PriorityQueue<ReplicaDriver, LogTime> _alarms = new();
    private readonly Queue<ReplicaDriver> _starting = new();

    /// <summary>How many need ticks.</summary>
    public int Count => _awake.Count + _starting.Count;

    /// <summary>Those that need ticks; may change within a tick of theirs only by <see cref="Note"/>.</summary>
    public IReadOnlyList<ReplicaDriver> All => _awake;

    /// <summary>A group was pumped: it may rest now, or not any more.</summary>
    public void Note(ReplicaDriver driver)
    {
        if (!driver.Rests)
        {
            driver.WasAwake = true;
            if (driver.Place < 0)
            {
                driver.Place = _awake.Count;
                _awake.Add(driver);
            }

            return;
        }

        if (!driver.WasAwake)
        {
            driver.WasAwake = true;
            _starting.Enqueue(driver);
        }

        Remove(driver);
        var alarm = driver.RousesAt;
        if (alarm != driver.Alarm)
        {
            driver.Alarm = alarm;
            if (alarm != LogTime.Never)
            {
                _alarms.Enqueue(driver, alarm);
            }
        }
    }

    /// <summary>Rouses those that waited for this time, and some of those that rest since they started.</summary>
    public void Ring(Instant now, LogTime wall)
    {
        while (_alarms.TryPeek(out var driver, out var alarm) && alarm <= wall)
        {
            _alarms.Dequeue();
            if (driver.Alarm == alarm)
            {
                driver.Alarm = LogTime.Never;
                if (driver.Rests)
                {
                    driver.Tick(now, wall);
                }
            }
        }

        while (_awake.Count < AwakeAtFirstMax && _starting.TryDequeue(out var driver))
        {
            driver.Post(RouseRequested.Instance);
        }
    }

    private void Remove(ReplicaDriver driver)
    {
        if (driver.Place >= 0)
        {
            var last = _awake[^1];
            (_awake[driver.Place], last.Place) = (last, driver.Place);
            _awake.RemoveAt(_awake.Count - 1);
            driver.Place = -1;
        }
    }
}
