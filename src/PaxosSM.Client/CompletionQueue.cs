using System.Diagnostics;
using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>Ends of calls whose continuations wait for a thread: one takes them all, and what they ask for leaves
/// together at its end.</summary>
/// <remarks>
/// Continuations are the user's, and may be slow, or even wait for each other: as soon as some take their time, a
/// thread of the pool helps. Safe for use by many threads.
/// </remarks>
internal sealed class CompletionQueue : IThreadPoolWorkItem, ILentWork
{
    // To read the clock at each end would cost as much as many an end.
    private const int EndsPerLook = 16;

    [ThreadStatic]
    private static CompletionQueue? _current;
    [ThreadStatic]
    private static GatheredEnds? _gathered;
    private readonly Lock _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _sends = new();
    private readonly TimeSpan _slowAfter;
    private EndBatch _waiting = new();
    private EndBatch _told = new();
    private EndBatch? _spare;
    private int _threads;
    private long _batches;
    private long _progressAtTick;

    /// <summary>An empty queue.</summary>
    /// <param name="slowAfter">Continuations that take longer are worth another thread.</param>
    public CompletionQueue(TimeSpan slowAfter) => _slowAfter = slowAfter;

    /// <summary>Whether continuations run on this thread now.</summary>
    public bool IsRunningHere => _current == this;

    // Under the lock.
    private bool HasWork => _waiting.Left + _told.Left + _sends.Count > 0;

    // Under the lock; changes with each end and send.
    private long Progress => _batches + _told.Taken;

    /// <summary>From here on, ends that this thread adds, to any queue, wait for <see cref="EndGather"/>: what is known
    /// together is told together, and no thread begins with the first of them alone.</summary>
    public static void BeginGather() => (_gathered ??= new()).IsOpen = true;

    /// <summary>Adds an end. Its continuation runs soon, on another thread.</summary>
    public void Add(ICompletion end)
    {
        if (_gathered is { IsOpen: true } gathered)
        {
            gathered.Ends.Add(new(end));
            return;
        }

        bool first;
        lock (_gate)
        {
            _waiting.Add(new KnownEnd(end));
            first = TryEnter();
        }

        Enter(first);
    }

    /// <summary>Adds what this thread gathered; all of it is this queue's.</summary>
    /// <param name="send">A send that is due once the continuations have run; null for none.</param>
    public void EndGather(IThreadPoolWorkItem? send)
    {
        var gathered = _gathered!; // BeginGather made it
        gathered.IsOpen = false;
        if (gathered.Ends.Count == 0 && send is null)
        {
            return;
        }

        bool first;
        lock (_gate)
        {
            _waiting.Add(gathered.Ends);
            if (send is not null)
            {
                _sends.Enqueue(send);
            }

            first = TryEnter();
        }

        gathered.Ends.Clear();
        Enter(first);
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
            var stuck = _threads > 0 && Progress == _progressAtTick && HasWork;
            _progressAtTick = Progress;
            if (!stuck)
            {
                return;
            }

            _threads++;
        }

        Start();
    }

    void ILentWork.Signal() => ClientThread.Results.Run(this);

    void ILentWork.RunHere() => Run();

    void IThreadPoolWorkItem.Execute() => Run();

    private void Run()
    {
        // A send waits for the ends that came with it: for one more round of them, as there may always be others.
        var isPatient = true;
        do
        {
            RunEnds();
        }
        while (TrySend(ref isPatient));
    }

    private void RunEnds()
    {
        // Those that come meanwhile come after what these ask for.
        var batch = Join();
        _current = this;
        try
        {
            var began = Stopwatch.GetTimestamp();
            for (var number = 1; batch.TryTake() is { } end; number++)
            {
                end.Complete();
                if (number % EndsPerLook == 0)
                {
                    var ended = Stopwatch.GetTimestamp();
                    if (Stopwatch.GetElapsedTime(began, ended) > _slowAfter)
                    {
                        Help();
                    }

                    began = ended;
                }
            }
        }
        finally
        {
            _current = null;
            Leave(batch);
        }
    }

    private EndBatch Join()
    {
        lock (_gate)
        {
            if (_told.Left == 0)
            {
                // Who blocks in one of its ends keeps the old batch.
                _batches += _told.Taken + 1;
                var next = _told.Threads == 0 ? _told : _spare ?? new();
                _spare = next == _spare ? null : _spare;
                next.Clear();
                (_told, _waiting) = (_waiting, next);
            }

            _told.Threads++;
            return _told;
        }
    }

    private void Leave(EndBatch batch)
    {
        lock (_gate)
        {
            if (--batch.Threads == 0 && batch != _told)
            {
                _spare = batch;
            }
        }
    }

    // Once there is neither end nor send, this thread is gone: whoever adds an end then starts another.
    private bool TrySend(ref bool isPatient)
    {
        IThreadPoolWorkItem? send;
        lock (_gate)
        {
            _batches++;
            if (!HasWork)
            {
                _threads--;
                return false;
            }

            isPatient = !isPatient;
            if (!isPatient && _waiting.Left + _told.Left > 0)
            {
                return true;
            }

            _ = _sends.TryDequeue(out send);
        }

        send?.Execute();
        return true;
    }

    // Under the lock.
    private bool TryEnter()
    {
        var first = _threads == 0;
        _threads += first ? 1 : 0;
        return first;
    }

    private void Enter(bool first)
    {
        if (first && !SpareThread.TryKeep(this))
        {
            ClientThread.Results.Run(this);
        }
    }

    private void Start() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private void Help()
    {
        lock (_gate)
        {
            if (_waiting.Left + _told.Left == 0 || _threads >= Environment.ProcessorCount)
            {
                return;
            }

            _threads++;
        }

        Start();
    }

    private sealed class GatheredEnds
    {
        public bool IsOpen { get; set; }

        public List<KnownEnd> Ends { get; } = [];
    }
}

/// <summary>An end in a list: an array of interfaces is checked at each store.</summary>
/// <param name="Call">Whose end it is.</param>
internal readonly record struct KnownEnd(ICompletion Call);

/// <summary>The end of a call, known but not told.</summary>
internal interface ICompletion
{
    /// <summary>Tells it: the continuation runs within.</summary>
    void Complete();
}
