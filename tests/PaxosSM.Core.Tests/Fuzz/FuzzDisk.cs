using PaxosSM.Log;

namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>A node's log: appends become durable in order, after a while; a crash keeps a prefix of what waited, at
/// most.</summary>
internal sealed class FuzzDisk
{
    private readonly List<RecoveredRecord> _records = [];
    private readonly Queue<(long At, DurableWrite[] Writes)> _waiting = new();
    private readonly Queue<(long Ticket, Envelope[] Envelopes)> _held = new();
    private long _appended;
    private long _durable;
    private long _busyUntil;

    /// <summary>The highest ballot that any record ever made durable promises.</summary>
    public Ballot Promised { get; private set; }

    public Action<DurableWrite> OnDurable { get; set; } = _ => { };

    /// <returns>When it will be durable.</returns>
    public long Append(DurableWrite[] writes, long now, long delay)
    {
        _appended++;
        _busyUntil = Math.Max(_busyUntil, now) + delay;
        _waiting.Enqueue((_busyUntil, writes));
        return _busyUntil;
    }

    /// <summary>The disk is well again: what waits is done at once.</summary>
    public void Hurry(long now)
    {
        var waiting = _waiting.ToArray();
        _waiting.Clear();
        foreach (var (at, writes) in waiting)
        {
            _waiting.Enqueue((Math.Min(at, now), writes));
        }

        _busyUntil = Math.Min(_busyUntil, now);
    }

    public void Hold(Envelope[] envelopes) => _held.Enqueue((_appended, envelopes));

    /// <summary>What may leave now.</summary>
    public List<Envelope> Release(long now)
    {
        while (_waiting.TryPeek(out var first) && first.At <= now)
        {
            _waiting.Dequeue();
            Keep(first.Writes);
            _durable++;
        }

        List<Envelope> released = [];
        while (_held.TryPeek(out var held) && held.Ticket <= _durable)
        {
            released.AddRange(_held.Dequeue().Envelopes);
        }

        return released;
    }

    public void Crash(SeededRandom random)
    {
        for (var kept = random.Below(_waiting.Count + 1); kept > 0; kept--)
        {
            Keep(_waiting.Dequeue().Writes);
        }

        _waiting.Clear();
        _held.Clear();
        _durable = _appended = 0;
        _busyUntil = 0;
    }

    public void Wipe() => _records.Clear();

    public IReadOnlyList<RecoveredRecord> Read(SeededRandom random, int damagePermille)
    {
        for (var index = 0; index < _records.Count && damagePermille > 0; index++)
        {
            if (random.Below(1000) < damagePermille)
            {
                _records[index] = new(_records[index].Key, null);
            }
        }

        return [.. _records];
    }

    private void Keep(DurableWrite[] writes)
    {
        foreach (var write in writes)
        {
            if (write is CheckpointWrite checkpoint)
            {
                _records.RemoveAll(record => IsLetGo(record.Key, checkpoint.TrimmedTo));
            }

            var key = RecordKey.Of(write);
            _records.Add(new(key, write));
            Promised = Ballot.Max(Promised, key.Ballot);
            OnDurable(write);
        }
    }

    private static bool IsLetGo(RecordKey key, Slot trimmedTo) =>
        key.Kind is not (RecordKind.Vote or RecordKind.Sync or RecordKind.Learned) || key.Last <= trimmedTo;
}
