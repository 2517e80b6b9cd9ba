using PaxosSM.Log;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime.InMemory;

/// <summary>A log that lasts as long as its medium: for tests, simulation and volatile groups.</summary>
/// <remarks>
/// Appends become durable at <see cref="Pump"/>, or, with <c>automatic</c>, on the thread pool right after; never
/// inside
/// <see cref="Append"/>. A checkpoint drops the records that it makes superfluous (R25).
/// </remarks>
public sealed class InMemoryLog : IDurableLog
{
    private readonly Lock _gate = new();
    private readonly Lock _pumping = new();
    private readonly Dictionary<GroupId, List<DurableWrite>> _recovered;
    private readonly Dictionary<GroupId, List<DurableWrite>> _durable = [];
    private readonly Queue<Waiting> _waiting = [];
    private readonly bool _automatic;
    private bool _isScheduled;
    private bool _isClosed;

    /// <summary>An empty log.</summary>
    /// <param name="automatic">Make appends durable without being pumped.</param>
    public InMemoryLog(bool automatic = false)
        : this(automatic, [])
    {
    }

    private InMemoryLog(bool automatic, Dictionary<GroupId, List<DurableWrite>> recovered)
    {
        _automatic = automatic;
        _recovered = recovered;
        foreach (var (group, writes) in recovered)
        {
            _durable.Add(group, [.. writes]);
        }
    }

    /// <inheritdoc/>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    public LogStall? Stall => null;

    /// <summary>What is durable of a group now, in order.</summary>
    public IReadOnlyList<DurableWrite> DurableOf(GroupId group)
    {
        lock (_gate)
        {
            return _durable.TryGetValue(group, out var writes) ? [.. writes] : [];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<RecoveredRecord> TakeRecovered(GroupId group)
    {
        lock (_gate)
        {
            return _recovered.Remove(group, out var writes)
                ? [.. writes.Select(write => new RecoveredRecord(RecordKey.Of(write), write))]
                : [];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<GroupId> RecoveredGroups
    {
        get
        {
            lock (_gate)
            {
                return [.. _recovered.Keys.OrderBy(group => group.Value)];
            }
        }
    }

    /// <inheritdoc/>
    public void Forget(GroupId group)
    {
        lock (_gate)
        {
            _recovered.Remove(group);
            _durable.Remove(group);
        }
    }

    /// <inheritdoc/>
    public void Append(GroupId group, IReadOnlyList<DurableWrite> writes, Action durable)
    {
        lock (_gate)
        {
            if (_isClosed || Failure is not null)
            {
                return;
            }

            _waiting.Enqueue(new(group, writes, durable));
            if (!_automatic || _isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static log => log.Pump(), this, preferLocal: false);
    }

    /// <summary>Makes everything appended so far durable, and tells; what is appended meanwhile waits for the next
    /// call, or, with
    /// <c>automatic</c>, is taken too.</summary>
    /// <returns>How many appends became durable.</returns>
    public int Pump()
    {
        var done = 0;
        lock (_pumping)
        {
            for (var batch = TakeWaiting(); batch.Count > 0; batch = _automatic ? TakeWaiting() : [])
            {
                foreach (var append in batch)
                {
                    append.Durable();
                }

                done += batch.Count;
            }
        }

        return done;
    }

    /// <summary>Fails the flush under way, as a disk might (R1): nothing more becomes durable.</summary>
    public void Fail(string why)
    {
        lock (_gate)
        {
            Failure = why;
            _waiting.Clear();
        }
    }

    /// <summary>The log as it is found after a crash: what was durable is recovered, what waited is lost, and this
    /// object is dead.</summary>
    public InMemoryLog Restart()
    {
        lock (_gate)
        {
            _isClosed = true;
            _waiting.Clear();
            return new(_automatic, _durable.ToDictionary(pair => pair.Key, pair => pair.Value.ToList()));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            _waiting.Clear();
        }

        return ValueTask.CompletedTask;
    }

    private List<Waiting> TakeWaiting()
    {
        lock (_gate)
        {
            List<Waiting> batch = [.. _waiting];
            _waiting.Clear();
            _isScheduled &= batch.Count > 0;
            foreach (var append in batch)
            {
                Keep(append);
            }

            return batch;
        }
    }

    private void Keep(Waiting append)
    {
        if (!_durable.TryGetValue(append.Group, out var records))
        {
            _durable.Add(append.Group, records = []);
        }

        foreach (var write in append.Writes)
        {
            if (write is CheckpointWrite checkpoint)
            {
                records.RemoveAll(record => IsSuperfluous(record, checkpoint.TrimmedTo));
            }

            records.Add(write);
        }
    }

    // A checkpoint carries everything of the acceptor that is not a vote, and no slot up to its floor is needed any
    // more.
    private static bool IsSuperfluous(DurableWrite record, Slot trimmedTo) => record switch
    {
        PromiseWrite or ChosenThroughWrite or CheckpointWrite => true,
        _ => RecordKey.Of(record).Last <= trimmedTo,
    };

    private sealed record Waiting(GroupId Group, IReadOnlyList<DurableWrite> Writes, Action Durable);
}
