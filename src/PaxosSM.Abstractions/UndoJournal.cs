namespace PaxosSM;

/// <summary>How to take back what a machine changed ahead of choice: the simplest way to be an
/// <see cref="IOptimisticStateMachine"/>.</summary>
/// <remarks>
/// <para>The machine hands <see cref="IOptimisticStateMachine.Mark"/>, <see cref="IOptimisticStateMachine.Confirm"/>
/// and <see cref="IOptimisticStateMachine.Rollback"/> on to <see cref="Mark"/>, <see cref="Confirm"/> and
/// <see cref="Rollback"/>; and before each change, while <see cref="IsOpen"/>, it notes how to undo it. While no slot
/// is open nothing is noted, and nothing costs.</para>
/// <para>Threads: the machine's.</para>
/// </remarks>
public sealed class UndoJournal
{
    private readonly List<(Slot Slot, Action Undo)> _changes = [];
    private readonly Queue<Slot> _open = new();
    private Slot _newest;

    /// <summary>Whether changes may have to be taken back.</summary>
    public bool IsOpen => _open.Count > 0;

    /// <summary>What is noted from here on is the slot's.</summary>
    public void Mark(Slot slot)
    {
        _open.Enqueue(slot);
        _newest = slot;
    }

    /// <summary>Notes how to undo the change that follows; nothing is noted while no slot is open.</summary>
    public void Note(Action undo)
    {
        if (IsOpen)
        {
            _changes.Add((_newest, undo));
        }
    }

    /// <summary>The changes of the slots through this one stay.</summary>
    public void Confirm(Slot slot)
    {
        while (_open.TryPeek(out var oldest) && oldest <= slot)
        {
            _open.Dequeue();
        }

        var kept = _changes.FindIndex(change => change.Slot > slot);
        _changes.RemoveRange(0, kept < 0 ? _changes.Count : kept);
    }

    /// <summary>Undoes the changes of all open slots, the newest first.</summary>
    public void Rollback()
    {
        for (var index = _changes.Count - 1; index >= 0; index--)
        {
            _changes[index].Undo();
        }

        _changes.Clear();
        _open.Clear();
    }
}
