using PaxosSM.Execution;

namespace PaxosSM.Runtime.Execution;

/// <summary>What an executor may do ahead of choice, and what of it is done (R18): a run of slots, right above the last
/// chosen one applied. On the executor's thread.</summary>
internal sealed class Anticipation
{
    private Queue<TentativeValue> _done = new();
    private Queue<TentativeValue> _due = new();
    private Slot _last;
    private Slot _told;

    /// <summary>Takes what may be done.</summary>
    /// <remarks>What does not go on where the run ends came too late, or on top of what was chosen otherwise: it is
    /// left out, and chosen values go their way.</remarks>
    public void Add(IReadOnlyList<TentativeValue> values, Slot applied)
    {
        _last = Slot.Max(_last, applied);
        foreach (var tentative in values)
        {
            if (tentative.Slot == _last.Next)
            {
                _due.Enqueue(tentative);
                _last = tentative.Slot;
            }
        }
    }

    /// <summary>A chosen value is about to be applied: the run goes on behind it, if it was guessed right.</summary>
    public void OnChosen(Slot slot, Value value)
    {
        var first = _done.Count > 0 ? _done : _due;
        if (first.TryDequeue(out var tentative) && !(tentative.Slot == slot && tentative.Value.IsSame(value)))
        {
            Clear();
        }
    }

    /// <summary>Takes back what is done, to be done again.</summary>
    public void Suspend(Executor executor)
    {
        if (executor.TakeBack())
        {
            foreach (var tentative in _due)
            {
                _done.Enqueue(tentative);
            }

            (_done, _due) = (_due, _done);
            _done.Clear();
        }
    }

    /// <summary>A snapshot took the place of what was applied; what lies above it may still be done.</summary>
    public void OnRestored(Slot snapshot)
    {
        while (_due.TryPeek(out var first) && first.Slot <= snapshot)
        {
            _due.Dequeue();
        }
    }

    /// <summary>Takes back what is done, for good.</summary>
    public void End(Executor executor)
    {
        executor.TakeBack();
        Clear();
    }

    /// <summary>Does what is due.</summary>
    /// <returns>Whether any of it was not done before.</returns>
    public bool Run(Executor executor)
    {
        var told = _told;
        while (_due.TryDequeue(out var tentative))
        {
            executor.Speculate(tentative.Slot, tentative.Value, tells: tentative.Slot > _told);
            _told = Slot.Max(_told, tentative.Slot);
            _done.Enqueue(tentative);
        }

        return _told > told;
    }

    private void Clear()
    {
        _done.Clear();
        _due.Clear();
        (_last, _told) = (Slot.Zero, Slot.Zero);
    }
}
