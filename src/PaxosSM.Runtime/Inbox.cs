namespace PaxosSM.Runtime;

/// <summary>What waits for a replica's next pump: filled by any thread, emptied by the loop.</summary>
internal sealed class Inbox(Action wake)
{
    /// <summary>Beyond so many, whoever can wait does.</summary>
    private const int CountMax = 8192;

    private readonly Lock _lock = new();
    private List<Input> _filling = [];
    private List<Input> _taken = [];
    private TaskCompletionSource? _space;
    private bool _woken;

    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _filling.Count >= CountMax;
            }
        }
    }

    public void Post(Input input)
    {
        bool first;
        lock (_lock)
        {
            _filling.Add(input);
            first = !_woken;
            _woken = true;
        }

        if (first)
        {
            wake();
        }
    }

    /// <summary>Leaves what waits where it is: whatever comes next wakes the loop again.</summary>
    public void Rest()
    {
        lock (_lock)
        {
            _woken = false;
        }
    }

    /// <summary>Wakes the loop for something that is not in here.</summary>
    public void Wake()
    {
        bool first;
        lock (_lock)
        {
            first = !_woken;
            _woken = true;
        }

        if (first)
        {
            wake();
        }
    }

    public ValueTask WaitForSpaceAsync()
    {
        lock (_lock)
        {
            if (_filling.Count < CountMax)
            {
                return default;
            }

            _space ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(_space.Task);
        }
    }

    /// <summary>Everything posted so far; valid until the next call.</summary>
    public List<Input> TakeAll()
    {
        TaskCompletionSource? space;
        lock (_lock)
        {
            _woken = false;
            _taken.Clear();
            (_filling, _taken) = (_taken, _filling);
            space = _space;
            _space = null;
        }

        space?.SetResult();
        return _taken;
    }

    public void Clear() => TakeAll().Clear();
}

/// <summary>Commands of this node's clients; not an input of the core proper, since they may just as well be
/// forwarded.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Count">How many.</param>
internal sealed record Submitted(ReadOnlyMemory<byte> Entries, int Count) : Input;
