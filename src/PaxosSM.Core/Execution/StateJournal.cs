namespace PaxosSM.Execution;

/// <summary>Which records of the executor's state changed since the last unit (R27): its cost is the batch's, not the
/// state's.</summary>
internal sealed class StateJournal
{
    private readonly HashSet<StateKey> _known = [];
    private readonly List<StateKey> _changed = [];

    /// <summary>What changed, each once, in order.</summary>
    public IReadOnlyList<StateKey> Changed => _changed;

    /// <summary>Notes a change.</summary>
    public void Note(StateRecordKind kind, long first, long second = 0)
    {
        StateKey key = new(kind, first, second);
        if (_known.Add(key))
        {
            _changed.Add(key);
        }
    }

    /// <summary>Notes a session's kept results, through a number.</summary>
    public void NoteResults(Session session, long through)
    {
        for (var sequence = session.AcknowledgedThrough + 1; sequence <= through; sequence++)
        {
            if (session.Results.TryFind(sequence, out _, out _))
            {
                Note(StateRecordKind.Result, session.Id.Value, sequence);
            }
        }
    }

    /// <summary>The unit holds what changed.</summary>
    public void Clear()
    {
        _known.Clear();
        _changed.Clear();
    }
}
