using PaxosSM.Log;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime;

/// <summary>Holds messages back until the writes that they depend on, and all before them, are durable (R1).</summary>
internal sealed class WriteGate
{
    private readonly GroupId _group;
    private readonly IDurableLog _log;
    private readonly Action _onDurable;
    private readonly Queue<(long Ticket, Envelope[] Envelopes)> _held = new();
    private readonly List<Envelope> _released = [];
    private long _appended;
    private long _durable;

    public WriteGate(GroupId group, IDurableLog log, Action wake)
    {
        _group = group;
        _log = log;

        // The log calls in the order of the appends: counting them says how far it got.
        _onDurable = () =>
        {
            Interlocked.Increment(ref _durable);
            wake();
        };
    }

    public void Append(IReadOnlyList<DurableWrite> writes, IReadOnlyList<Envelope> afterwards)
    {
        if (writes.Count > 0)
        {
            _appended++;
            _log.Append(_group, [.. writes], _onDurable);
        }

        if (afterwards.Count > 0)
        {
            _held.Enqueue((_appended, [.. afterwards]));
        }
    }

    /// <summary>The messages that may leave now; valid until the next call.</summary>
    public IReadOnlyList<Envelope> TakeReleased()
    {
        _released.Clear();
        var durable = Interlocked.Read(ref _durable);
        while (_held.TryPeek(out var first) && first.Ticket <= durable)
        {
            _released.AddRange(_held.Dequeue().Envelopes);
        }

        return _released;
    }
}
