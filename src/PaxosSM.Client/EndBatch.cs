namespace PaxosSM.Client;

/// <summary>Ends that are told together, each by one of the threads that take from the batch.</summary>
/// <remarks>Filled, emptied and joined under its queue's lock; <see cref="TryTake"/> needs none.</remarks>
internal sealed class EndBatch
{
    private readonly List<KnownEnd> _ends = [];
    private int _next;

    /// <summary>How many threads take from it.</summary>
    public int Threads { get; set; }

    /// <summary>How many were taken.</summary>
    public int Taken => Math.Min(Volatile.Read(ref _next), _ends.Count);

    /// <summary>How many nobody has taken yet.</summary>
    public int Left => _ends.Count - Taken;

    public void Add(KnownEnd end) => _ends.Add(end);

    public void Add(List<KnownEnd> ends) => _ends.AddRange(ends);

    /// <summary>Takes the next end; null when there is none left.</summary>
    public ICompletion? TryTake()
    {
        var place = Interlocked.Increment(ref _next) - 1;
        return place < _ends.Count ? _ends[place].Call : null;
    }

    /// <summary>Forgets them; nobody takes any more.</summary>
    public void Clear()
    {
        _ends.Clear();
        _next = 0;
    }
}
