namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>A tally that can take back; good, and others that go wrong in one place.</summary>
internal class OptimisticTally : TallyMachine, IOptimisticStateMachine
{
    protected UndoJournal Journal { get; } = new();

    public void Mark(Slot slot) => Journal.Mark(slot);

    public virtual void Confirm(Slot slot) => Journal.Confirm(slot);

    public virtual void Rollback(Slot to) => Journal.Rollback();

    protected override string Do(in CommandContext context, string command)
    {
        var name = command.StartsWith('-') ? command[1..] : command;
        var known = Counts.TryGetValue(name, out var before);
        Note(() => _ = known ? Set(name, before) : Counts.Remove(name));
        return base.Do(context, command);
    }

    protected virtual void Note(Action undo) => Journal.Note(undo);

    private bool Set(string name, long count)
    {
        Counts[name] = count;
        return true;
    }
}

internal sealed class UndoesHalf : OptimisticTally
{
    private long _applied;

    protected override string Do(in CommandContext context, string command) =>
        base.Do(context, command) + " of " + Text(++_applied);
}

internal sealed class UndoesTheOldestFirst : OptimisticTally
{
    private readonly List<(Slot Slot, Action Undo)> _undos = [];
    private Slot _slot;

    public override void Confirm(Slot slot)
    {
        base.Confirm(slot);
        _undos.RemoveAll(noted => noted.Slot == slot);
    }

    public override void Rollback(Slot to)
    {
        _undos.ForEach(noted => noted.Undo());
        _undos.Clear();
        base.Rollback(to);
    }

    protected override string Do(in CommandContext context, string command)
    {
        _slot = context.Slot;
        return base.Do(context, command);
    }

    protected override void Note(Action undo)
    {
        if (Journal.IsOpen)
        {
            _undos.Add((_slot, undo));
        }
    }
}

internal sealed class UndoesWhatIsConfirmed : OptimisticTally
{
    public override void Confirm(Slot slot)
    {
        // It stays noted.
    }
}
