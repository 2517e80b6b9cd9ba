using PaxosSM.Reconfiguration;

namespace PaxosSM.Log;

/// <summary>The chosen values that a learner holds: a run without a gap, from the floor to the frontier, and what lies
/// ahead of the first gap.</summary>
/// <remarks>
/// <para>Apart, so that filling a gap costs the same however much lies behind it.</para>
/// <para>Slots run on over the epochs, and so does the log. The end of an epoch is found here and nowhere else (R11):
/// the first value of the run that stops it. What lies above it is void, chosen or not: dropped, and taken no
/// more.</para>
/// </remarks>
internal sealed class ChosenLog(Slot floor)
{
    private readonly SlotLog<Value> _run = new();
    private readonly SlotLog<Value> _ahead = new();
    private long _aheadBytes;
    private Epoch _epoch = Epoch.First;
    private Slot _base;

    /// <summary>How the next epoch begins, once the present one's end is in the run; null before.</summary>
    public EpochStart? Next { get; private set; }

    /// <summary>Values above this slot, through the frontier, are here.</summary>
    public Slot Floor { get; private set; } = floor;

    /// <summary>Everything up to here is chosen, and is or was present.</summary>
    public Slot Frontier { get; private set; } = floor;

    /// <summary>The values held above the first gap.</summary>
    public IEnumerable<KeyValuePair<Slot, Value>> Ahead => _ahead;

    /// <summary>The bytes of values held.</summary>
    public long Bytes => BytesThroughFrontier + _aheadBytes;

    /// <summary>The bytes of values held up to the frontier.</summary>
    public long BytesThroughFrontier { get; private set; }

    public bool Contains(Slot slot) => _run.Contains(slot) || _ahead.Contains(slot);

    /// <summary>The value of a slot above the floor, up to the frontier.</summary>
    public bool TryGet(Slot slot, out Value value) => _run.TryGet(slot, out value);

    /// <summary>Takes the value chosen for a slot; the frontier moves as far as values reach.</summary>
    /// <returns>Whether it is new here.</returns>
    public bool Add(Slot slot, Value value)
    {
        if (slot <= Floor || Next is not null)
        {
            return false;
        }

        if (_run.TryGet(slot, out var known) || _ahead.TryGet(slot, out known))
        {
            Invariant.Holds(known.Checksum == value.Checksum);
            return false;
        }

        value.Hold();
        if (slot != Frontier.Next)
        {
            _ahead.Set(slot, value);
            _aheadBytes += value.Size;
            return true;
        }

        Append(slot, value);
        AppendAhead();
        return true;
    }

    /// <summary>An epoch begins: the one whose start was found, or a later one that a snapshot tells of.</summary>
    public void Begin(EpochStart epoch)
    {
        if (epoch.Epoch > _epoch)
        {
            (_epoch, _base, Next) = (epoch.Epoch, epoch.Base, null);
            DropAhead();
        }
    }

    /// <summary>Lets go what lies up to <paramref name="slot"/>, which the executor has behind it.</summary>
    public void Drop(Slot slot, Effects effects)
    {
        BytesThroughFrontier -= Drop(_run, slot, effects);
        Floor = Slot.Max(Floor, slot);
    }

    /// <summary>A snapshot covers everything up to <paramref name="slot"/>, above the frontier.</summary>
    public void Jump(Slot slot, Effects effects)
    {
        Invariant.Holds(slot > Frontier);
        Drop(slot, effects);
        _aheadBytes -= Drop(_ahead, slot, effects);
        Frontier = slot;
        AppendAhead();
    }

    private void DropAhead()
    {
        _ahead.RemoveAbove(Slot.Zero);
        _aheadBytes = 0;
    }

    private void AppendAhead()
    {
        while (_ahead.Count > 0 && _ahead.First == Frontier.Next)
        {
            var (slot, value) = _ahead.At(0);
            _aheadBytes -= value.Size;
            _ahead.RemoveThrough(slot);
            Append(slot, value);
        }
    }

    private void Append(Slot slot, Value value)
    {
        _run.Set(slot, value);
        BytesThroughFrontier += value.Size;
        Frontier = slot;
        if (slot > _base && value.Kind == ValueKind.Stop
            && Stop.NextAfter(_epoch, slot, value) is { } next)
        {
            Next = next;
            DropAhead();
        }
    }

    private static long Drop(SlotLog<Value> values, Slot slot, Effects effects)
    {
        var bytes = 0L;
        for (var index = 0; index < values.Count && values.At(index).Key <= slot; index++)
        {
            var value = values.At(index).Value;
            bytes += value.Size;
            value.Release(effects);
        }

        values.RemoveThrough(slot);
        return bytes;
    }
}
