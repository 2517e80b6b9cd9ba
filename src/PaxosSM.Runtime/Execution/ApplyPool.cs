namespace PaxosSM.Runtime.Execution;

/// <summary>A few threads that run the executors of many groups, a round of each in turn: a busy group, or a slow
/// machine, does not starve the others as long as fewer machines are slow than there are threads.</summary>
/// <remarks>Safe for use by many threads. A loop is run by one thread at a time.</remarks>
public sealed class ApplyPool : IAsyncDisposable
{
    // A snapshot that waits for its back-off is looked after this often.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private readonly object _gate = new();
    private readonly Queue<Entry> _ready = [];
    private readonly List<Entry> _later = [];
    private readonly Dictionary<ApplyLoop, Entry> _entries = [];
    private readonly Thread[] _threads;
    private readonly TimeProvider _clock;
    private long _lookedAt;
    private bool _stopping;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">How many.</param>
    /// <param name="name">Their name, for debuggers.</param>
    /// <param name="clock">For what is tried again.</param>
    public ApplyPool(int threads, string name, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _clock = clock;
        _lookedAt = clock.GetTimestamp();
        _threads = [.. Enumerable.Range(0, threads).Select(number => NodeThread.New(Run, $"{name} {number}"))];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Runs a loop from now on; its <see cref="ApplyLoop.Wake"/> becomes the pool's.</summary>
    public void Add(ApplyLoop loop)
    {
        Entry entry = new(loop);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _entries.Add(loop, entry);
        }

        loop.Wake = () => Wake(entry);
        Wake(entry);
    }

    /// <summary>Runs a loop no more: completes once it has stopped.</summary>
    public async Task RemoveAsync(ApplyLoop loop)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_entries.Remove(loop, out entry))
            {
                return;
            }

            entry.Leaves = true;
        }

        Wake(entry);
        await entry.Ended.Task.ConfigureAwait(false);
    }

    /// <summary>Stops every loop after the round that it is in, and ends the threads.</summary>
    public async ValueTask DisposeAsync()
    {
        ApplyLoop[] all;
        lock (_gate)
        {
            all = [.. _entries.Keys];
        }

        await Task.WhenAll(all.Select(RemoveAsync)).ConfigureAwait(false);
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void Wake(Entry entry)
    {
        lock (_gate)
        {
            if (entry.State == State.Idle)
            {
                Enqueue(entry);
            }
            else if (entry.State == State.Running)
            {
                entry.State = State.RunningAgain;
            }
        }
    }

    private void Enqueue(Entry entry)
    {
        entry.State = State.Ready;
        _ready.Enqueue(entry);
        Monitor.Pulse(_gate);
    }

    private void Run()
    {
        while (Take() is { } entry)
        {
            if (entry.Leaves)
            {
                entry.Loop.Stop();
                entry.Ended.TrySetResult();
                continue;
            }

            Return(entry, entry.Loop.RunOnce());
        }
    }

    private Entry? Take()
    {
        lock (_gate)
        {
            while (!_stopping)
            {
                LookAgain();
                if (_ready.TryDequeue(out var entry))
                {
                    entry.State = State.Running;
                    return entry;
                }

                _ = Monitor.Wait(_gate, _later.Count > 0 ? RetryInterval : Timeout.InfiniteTimeSpan);
            }

            return null;
        }
    }

    private void Return(Entry entry, bool found)
    {
        lock (_gate)
        {
            if (found || entry.State == State.RunningAgain || entry.Leaves)
            {
                Enqueue(entry);
                return;
            }

            entry.State = State.Idle;
            if (entry.Loop.WaitsToRetry && !entry.IsLater)
            {
                entry.IsLater = true;
                _later.Add(entry);
                Monitor.Pulse(_gate); // whoever sleeps without a bound must have one now
            }
        }
    }

    private void LookAgain()
    {
        if (_later.Count == 0 || _clock.GetElapsedTime(_lookedAt) < RetryInterval)
        {
            return;
        }

        _lookedAt = _clock.GetTimestamp();
        foreach (var entry in _later)
        {
            entry.IsLater = false;
            if (entry.State == State.Idle)
            {
                Enqueue(entry);
            }
        }

        _later.Clear();
    }

    private enum State
    {
        Idle,
        Ready,
        Running,
        RunningAgain,
    }

    private sealed class Entry(ApplyLoop loop)
    {
        public ApplyLoop Loop { get; } = loop;

        public State State { get; set; }

        public bool IsLater { get; set; }

        public bool Leaves { get; set; }

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
