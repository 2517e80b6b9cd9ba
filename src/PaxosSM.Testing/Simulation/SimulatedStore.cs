namespace PaxosSM.Testing.Simulation;

/// <summary>A machine's own durable store, on a node's disk: units are there whole or not at all, and stay.</summary>
internal sealed class SimulatedStore
{
    private readonly SortedDictionary<string, StoreRecord> _records = new(StringComparer.Ordinal);

    /// <summary>The machine's state; null for a new store.</summary>
    public byte[]? State { get; private set; }

    /// <summary>The last slot that the machine was given a command of; null when it was given a snapshot
    /// since.</summary>
    public Slot? Through { get; private set; }

    /// <summary>The host's records.</summary>
    public IReadOnlyList<StoreRecord> Records => [.. _records.Values];

    public void Commit(in StoreUnit unit, byte[] state, Slot? through)
    {
        (State, Through) = (state, through);
        if (unit.ReplacesAll)
        {
            _records.Clear();
        }

        foreach (var record in unit.Records)
        {
            var key = Convert.ToHexString(record.Key.Span);
            if (record.IsDeleted)
            {
                _ = _records.Remove(key);
            }
            else
            {
                _records[key] = record;
            }
        }
    }

    public SimulatedStore Clone()
    {
        SimulatedStore clone = new();
        clone.Commit(new(default, true, Records), State ?? [], Through);
        clone.State = State;
        return clone;
    }
}
