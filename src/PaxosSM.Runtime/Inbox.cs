using PaxosSM.Messages;

namespace PaxosSM.Runtime;

/// <summary>What waits for a replica's next pump: filled by any thread, emptied by the loop.</summary>
internal sealed class Inbox(Action wake)
{
    /// <summary>Beyond so many, whoever can wait does.</summary>
    private const int CountMax = 8192;

    private readonly Lock _lock = new();
    private List<Arrival> _filling = [];
    private List<Arrival> _taken = [];
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

    public void Post(Input input) => Post(new Arrival { Input = input });

    /// <summary>A message: nothing is made to carry it.</summary>
    public void Post(NodeId from, Epoch epoch, Message message) =>
        Post(new Arrival { From = from, Epoch = epoch, Message = message });

    /// <summary>Commands of this node's clients: no input of the core's, since they may just as well be
    /// forwarded.</summary>
    public void Post(ReadOnlyMemory<byte> entries, int count) => Post(new Arrival { Entries = entries, Count = count });

    private void Post(in Arrival arrival)
    {
        bool first;
        lock (_lock)
        {
            _filling.Add(arrival);
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
    public List<Arrival> TakeAll()
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

/// <summary>What came: an input, a message, or commands.</summary>
internal readonly record struct Arrival
{
    /// <summary>The input; null for the others.</summary>
    public Input? Input { get; init; }

    /// <summary>Who sent the message.</summary>
    public NodeId From { get; init; }

    /// <summary>The epoch that the sender spoke in.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>The message; null for the others.</summary>
    public Message? Message { get; init; }

    /// <summary>The commands.</summary>
    public ReadOnlyMemory<byte> Entries { get; init; }

    /// <summary>How many commands; 0 for the others.</summary>
    public int Count { get; init; }
}
