using System.Diagnostics;

namespace PaxosSM.Client;

/// <summary>Ends of calls whose continuations wait for a thread: one takes them all, and what they ask for leaves
/// together at its end.</summary>
/// <remarks>
/// Continuations are the user's, and may be slow, or even wait for each other: as soon as one takes its time, a thread
/// of the pool helps. Safe for use by many threads.
/// </remarks>
internal sealed class CompletionQueue : IThreadPoolWorkItem
{
    [ThreadStatic]
    private static CompletionQueue? _current;
    private readonly Lock _gate = new();
    private readonly Queue<ICompletion> _ends = new();
    private readonly Queue<IThreadPoolWorkItem> _sends = new();
    private readonly TimeSpan _slowAfter;
    private int _threads;
    private long _taken;
    private long _takenAtTick;

    /// <summary>An empty queue.</summary>
    /// <param name="slowAfter">A continuation that takes longer is worth a thread.</param>
    public CompletionQueue(TimeSpan slowAfter) => _slowAfter = slowAfter;

    /// <summary>Whether continuations run on this thread now.</summary>
    public bool IsRunningHere => _current == this;

    /// <summary>Adds an end. Its continuation runs soon, on another thread.</summary>
    public void Add(ICompletion end)
    {
        bool first;
        lock (_gate)
        {
            _ends.Enqueue(end);
            first = _threads == 0;
            _threads += first ? 1 : 0;
        }

        if (first)
        {
            CompletionThread.Run(this);
        }
    }

    /// <summary>Keeps a send until the continuations that run now have asked for all that they want.</summary>
    /// <returns>False when none runs on this thread.</returns>
    public bool TryDefer(IThreadPoolWorkItem send)
    {
        if (_current != this)
        {
            return false;
        }

        lock (_gate)
        {
            _sends.Enqueue(send);
        }

        return true;
    }

    /// <summary>Time went by: continuations that block get company.</summary>
    public void OnTick()
    {
        lock (_gate)
        {
            var stuck = _threads > 0 && _taken == _takenAtTick && _ends.Count + _sends.Count > 0;
            _takenAtTick = _taken;
            if (!stuck)
            {
                return;
            }

            _threads++;
        }

        Start();
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            RunEnds();
        }
        while (TrySend());
    }

    private void RunEnds()
    {
        _current = this;
        try
        {
            // Those that come meanwhile come after what these ask for.
            var began = Stopwatch.GetTimestamp();
            for (var left = Count(); left > 0 && TakeEnd() is { } end; left--)
            {
                end.Complete();
                var ended = Stopwatch.GetTimestamp();
                if (Stopwatch.GetElapsedTime(began, ended) > _slowAfter)
                {
                    Help();
                }

                began = ended;
            }
        }
        finally
        {
            _current = null;
        }
    }

    // Once there is neither end nor send, this thread is gone: whoever adds an end then starts another.
    private bool TrySend()
    {
        IThreadPoolWorkItem? send;
        lock (_gate)
        {
            _taken++;
            if (!_sends.TryDequeue(out send) && _ends.Count == 0)
            {
                _threads--;
                return false;
            }
        }

        send?.Execute();
        return true;
    }

    private void Start() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private void Help()
    {
        lock (_gate)
        {
            if (_ends.Count == 0 || _threads >= Environment.ProcessorCount)
            {
                return;
            }

            _threads++;
        }

        Start();
    }

    private int Count()
    {
        lock (_gate)
        {
            return _ends.Count;
        }
    }

    private ICompletion? TakeEnd()
    {
        lock (_gate)
        {
            _taken++;
            return _ends.TryDequeue(out var end) ? end : null;
        }
    }
}

/// <summary>The end of a call, known but not told.</summary>
internal interface ICompletion
{
    /// <summary>Tells it: the continuation runs within.</summary>
    void Complete();
}
