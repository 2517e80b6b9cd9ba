using System.Buffers;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>What a store holds after its process died: effects in order, the machine's state, the host's
/// records.</summary>
internal sealed class TestStore
{
    private readonly SortedDictionary<string, StoreRecord> _records = new(StringComparer.Ordinal);

    /// <summary>The effects that units made durable.</summary>
    public List<string> Effects { get; } = [];

    public byte[]? State { get; private set; }

    public IReadOnlyList<StoreRecord> Records => [.. _records.Values];

    public Slot Applied { get; private set; }

    /// <summary>How many records each unit had.</summary>
    public List<int> Units { get; } = [];

    /// <summary>Results that were told before their unit was durable.</summary>
    public List<string> ToldTooEarly { get; } = [];

    /// <summary>The process dies at the step of that number.</summary>
    public int StepsUntilDeath { get; set; } = int.MaxValue;

    public bool CanRestore { get; set; } = true;

    /// <summary>A step of the machine or its store: the process may die right here.</summary>
    public void Step()
    {
        if (--StepsUntilDeath < 0)
        {
            throw new DeathException();
        }
    }

    public void Commit(in StoreUnit unit, byte[] state, List<string> effects)
    {
        State = state;
        Effects.AddRange(effects);
        Applied = unit.Applied;
        Units.Add(unit.Records.Count);
        if (unit.ReplacesAll)
        {
            _records.Clear();
        }

        foreach (var record in unit.Records)
        {
            var key = Convert.ToHexString(record.Key.Span);
            if (record.IsDeleted)
            {
                _records.Remove(key);
            }
            else
            {
                _records[key] = record;
            }
        }
    }

    public TestStore Copy()
    {
        TestStore copy = new() { CanRestore = CanRestore };
        copy.Commit(new(Applied, true, Records), State!, Effects);
        return copy;
    }

    /// <summary>Spoils a record, or loses it.</summary>
    public void Damage(int place, bool lose)
    {
        var (key, record) = _records.ElementAt(place);
        _records.Remove(key);
        if (!lose)
        {
            var value = record.Value.ToArray();
            value[0] ^= 1;
            _records[key] = record with { Value = value };
        }
    }
}

/// <summary>The process is gone.</summary>
internal sealed class DeathException : Exception;

/// <summary>A counting machine with a store of its own.</summary>
internal sealed class StoredMachine(TestStore store) : IStoredStateMachine, ITimedStateMachine, IDigestibleStateMachine
{
    private readonly CountingMachine _inner = new();
    private readonly List<string> _open = [];

    public bool CanRestore => store.CanRestore;

    public ulong Digest => _inner.Digest;

    public IReadOnlyList<StoreRecord> ReadRecords()
    {
        if (store.State is { } state)
        {
            _inner.RestoreAsync(new MemoryStream(state), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        return store.Records;
    }

    public void Commit(in StoreUnit unit)
    {
        MemoryStream state = new();
        _inner.BeginSnapshot().WriteAsync(state, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        store.Step();
        store.Commit(in unit, state.ToArray(), _open);
        _open.Clear();
        store.Step();
    }

    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        store.Step();
        _inner.Apply(in context, command, result);
        _open.Add($"{context.Slot}.{context.Index} {context.Session}#{context.Sequence}");
        store.Step();
    }

    public void OnTimer(in CommandContext context, long id)
    {
        store.Step();
        _inner.OnTimer(in context, id);
        _open.Add($"{context.Slot}.{context.Index} timer {id}");
        store.Step();
    }

    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result) =>
        _inner.Query(in context, query, result);

    public ISnapshotWriter BeginSnapshot() => _inner.BeginSnapshot();

    public ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _inner.RestoreAsync(snapshot, cancellationToken);
}

/// <summary>Results that must not be told before their unit is durable; the process may die before each.</summary>
internal sealed class StoreSink(TestStore store) : IResultSink
{
    private readonly List<(Slot Slot, string Text)> _gathered = [];

    public SortedDictionary<string, string> Told { get; } = new(StringComparer.Ordinal);

    public void OnResult(
        SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlySpan<byte> result) =>
        _gathered.Add((slot, $"{session}#{sequence}: {error} {detail} {slot} {Convert.ToHexString(result)}"));

    public void OnRoundEnd()
    {
        foreach (var (slot, text) in _gathered)
        {
            if (slot > store.Applied)
            {
                store.ToldTooEarly.Add($"{text}, and the store has {store.Applied}");
            }

            Told[text] = text;
        }

        _gathered.Clear();
        store.Step();
    }
}
