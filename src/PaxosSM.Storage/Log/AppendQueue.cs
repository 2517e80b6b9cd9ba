using PaxosSM.Log;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Storage;

/// <summary>What waits to become durable: filled by many threads, emptied by the log's own.</summary>
/// <remarks>The callers bound it: they submit no more than they allow themselves unacknowledged.</remarks>
internal sealed class AppendQueue
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private Queue<PendingAppend> _incoming = new();
    private Queue<PendingAppend> _taken = new();
    private long _oldestAt;
    private bool _waits;
    private bool _closed;

    public AppendQueue(TimeProvider time) => _time = time;

    /// <summary>Adds an append; false once the queue is closed.</summary>
    public bool Add(GroupId group, IReadOnlyList<DurableWrite> writes, Action durable)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _incoming.Enqueue(new(group, writes, durable, now));
            if (!_waits)
            {
                _waits = true;
                _oldestAt = now;
            }

            return true;
        }
    }

    /// <summary>Moves appends into <paramref name="round"/>, in order, at least one if there is one, until it has
    /// <paramref name="bytes"/>.</summary>
    public void Take(List<PendingAppend> round, Func<PendingAppend, int> sizeOf, int bytes)
    {
        if (_taken.Count == 0)
        {
            lock (_gate)
            {
                (_incoming, _taken) = (_taken, _incoming);
            }
        }

        long size = 0;
        while (size < bytes && _taken.TryDequeue(out var append))
        {
            size += sizeOf(append);
            round.Add(append);
        }
    }

    /// <summary>The round is done: what waits longest is what is still here.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _waits = _taken.TryPeek(out var next) || _incoming.TryPeek(out next);
            _oldestAt = next.At;
        }
    }

    /// <summary>Takes nothing more and forgets what waits.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _waits = false;
            _incoming.Clear();
        }
    }

    public LogStall? Stall(string why)
    {
        lock (_gate)
        {
            return _waits ? new(_time.GetElapsedTime(_oldestAt), why) : null;
        }
    }
}
