using PaxosSM.Log;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Runtime;

/// <summary>Holds messages and events back until the writes that they depend on, and all before them, are durable
/// (R1).</summary>
internal sealed class WriteGate
{
    private readonly GroupId _group;
    private readonly IDurableLog _log;
    private readonly Action _onDurable;
    private readonly Held<Envelope> _envelopes = new();
    private readonly Held<ProtocolEvent> _events = new();
    private readonly Held<Value> _freed = new();
    private long _appended;
    private long _durable;
    private readonly Queue<ChosenValue> _unapplied = new();
    private readonly Queue<(long Ticket, Slot End)> _ends = new();
    private readonly List<ChosenValue> _applies = [];
    private Slot _appendedEnd;
    private Slot _durableEnd;

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

    /// <summary>What may be told now, before <see cref="Envelopes"/> leave; valid until the next
    /// <see cref="Release"/>.</summary>
    public List<ProtocolEvent> Events => _events.Released;

    /// <summary>The messages that may leave now; valid until the next <see cref="Release"/>.</summary>
    public List<Envelope> Envelopes => _envelopes.Released;

    /// <summary>What may be applied now; valid until the next <see cref="Release"/>.</summary>
    public IReadOnlyList<ChosenValue> Applies => _applies;

    /// <summary>The values of which nothing is under way any more once <see cref="Envelopes"/> have left; valid until
    /// the next <see cref="Release"/>.</summary>
    public List<Value> Freed => _freed.Released;

    /// <summary>Whether everything appended is durable, and all that waited for it has been taken.</summary>
    public bool IsDrained => _envelopes.IsEmpty && _events.IsEmpty && _unapplied.Count == 0
        && Interlocked.Read(ref _durable) == _appended;

    public void Append(Effects effects)
    {
        if (effects.Writes.Count > 0)
        {
            _appended++;
            DurableWrite[] writes = [.. effects.Writes]; // as an array: an interface's would be wrapped once more
            _log.Append(_group, writes, _onDurable);
        }

        _events.Add(_appended, effects.EventsAfterWrite);
        _envelopes.Add(_appended, effects.SendsAfterWrite);
        _freed.Add(_appended, effects.Freed);
    }

    /// <summary>The log was read back, and tells of slots up to this one.</summary>
    public void Recover(Slot end) => _appendedEnd = _durableEnd = end;

    /// <summary>After <see cref="Append"/>: holds values back until the log tells durably of their slots. A store that
    /// is ahead of its log is none of this node's (R27), and a value may be chosen, and known to be, before it is
    /// durable here.</summary>
    public void Hold(Effects effects)
    {
        NoteEnd(effects.Writes);
        for (var index = 0; index < effects.Applies.Count; index++)
        {
            _unapplied.Enqueue(effects.Applies[index]);
        }
    }

    /// <summary>Takes what has become true from what is held.</summary>
    public void Release()
    {
        // One look serves all: no message may overtake the event that tells what it is true of.
        var durable = Interlocked.Read(ref _durable);
        ReleaseApplies(durable);
        _events.Release(durable);
        _envelopes.Release(durable);
        _freed.Release(durable);
    }

    private void ReleaseApplies(long durable)
    {
        _applies.Clear();
        while (_ends.TryPeek(out var reached) && reached.Ticket <= durable)
        {
            _durableEnd = _ends.Dequeue().End;
        }

        while (_unapplied.TryPeek(out var value) && value.Slot <= _durableEnd)
        {
            _applies.Add(_unapplied.Dequeue());
        }
    }

    private void NoteEnd(IReadOnlyList<DurableWrite> writes)
    {
        var end = _appendedEnd;
        foreach (var write in writes)
        {
            end = Slot.Max(end, RecordKey.Of(write).Last);
        }

        if (end > _appendedEnd)
        {
            _appendedEnd = end;
            _ends.Enqueue((_appended, end));
        }
    }

    // What waits for appends, each thing for the one whose number it has, in their order.
    private sealed class Held<T>
    {
        private readonly Queue<(long Ticket, T Item)> _held = new();

        public bool IsEmpty => _held.Count == 0;

        public List<T> Released { get; } = [];

        public void Add(long ticket, IReadOnlyList<T> items)
        {
            for (var index = 0; index < items.Count; index++)
            {
                _held.Enqueue((ticket, items[index]));
            }
        }

        public void Release(long durable)
        {
            Released.Clear();
            while (_held.TryPeek(out var next) && next.Ticket <= durable)
            {
                Released.Add(_held.Dequeue().Item);
            }
        }
    }
}
