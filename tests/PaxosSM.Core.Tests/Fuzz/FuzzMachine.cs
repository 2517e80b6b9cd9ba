namespace PaxosSM.Core.Tests.Fuzz;

/// <summary>A state machine that is its own history, and its last snapshot.</summary>
internal sealed class FuzzMachine
{
    private readonly Queue<ChosenValue> _queue = new();

    public Slot Applied { get; private set; }

    public LogTime Time { get; private set; }

    public ulong Chain { get; private set; }

    public (Slot Slot, LogTime Time, ulong Chain) Snapshot { get; private set; }

    public bool IsIdle => _queue.Count == 0;

    public void Enqueue(ChosenValue value) => _queue.Enqueue(value);

    /// <returns>What was applied; null when it was known already.</returns>
    public ChosenValue? ApplyNext()
    {
        var next = _queue.Dequeue();
        if (next.Slot <= Applied)
        {
            return null;
        }

        Invariant.Holds(next.Slot == Applied.Next);
        Applied = next.Slot;
        Time = LogTime.Max(Time, next.Value.Stamp);
        Chain = (Chain * 0x9E3779B97F4A7C15) ^ next.Value.Checksum;
        return next;
    }

    public void Save() => Snapshot = (Applied, Time, Chain);

    public void Install((Slot Slot, LogTime Time, ulong Chain) snapshot)
    {
        if (snapshot.Slot > Snapshot.Slot)
        {
            Snapshot = snapshot;
        }

        if (snapshot.Slot > Applied)
        {
            (Applied, Time, Chain) = snapshot;
        }
    }

    public void Crash()
    {
        _queue.Clear();
        (Applied, Time, Chain) = Snapshot;
    }

    public void Wipe()
    {
        Snapshot = default;
        Crash();
    }
}
