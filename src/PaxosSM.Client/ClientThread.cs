using System.Collections.Concurrent;
using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>A thread of the process for one kind of its clients' work: one wake-up for all that comes together, where
/// the pool wakes two or three of its threads for each item.</summary>
/// <remarks>It starts with the first work, and lives as long as the process. It may be kept, by a disk or by a user's
/// continuation: what comes then, or waits, is the pool's. Any thread.</remarks>
internal sealed class ClientThread
{
    // Far longer than a flush, or the ends of a round, take: whoever waits so long is worth another thread.
    private static readonly TimeSpan KeptMin = TimeSpan.FromMilliseconds(5);
    private static readonly Lazy<ClientThread> ForResults = new(() => new("paxos-results", TimeProvider.System));
    private static readonly Lazy<ClientThread> ForSends = new(() => new("paxos-send", TimeProvider.System));
    private readonly WakeSignal _signal = new();
    private readonly ConcurrentQueue<IThreadPoolWorkItem> _ready = new();
    private readonly TimeProvider _clock;
    private long _began;

    /// <summary>Starts one.</summary>
    /// <param name="name">Its name, for debuggers.</param>
    /// <param name="clock">Tells how long work takes.</param>
    public ClientThread(string name, TimeProvider clock)
    {
        _clock = clock;
        NodeThread.New(Work, name).Start();
    }

    /// <summary>Tells the ends of calls.</summary>
    public static ClientThread Results => ForResults.Value;

    /// <summary>Sends commands and queries. To a node of this process, it does the node's round as well, and writes the
    /// log: what is asked for meanwhile leaves together after.</summary>
    public static ClientThread Sends => ForSends.Value;

    /// <summary>Time went by, for those that have started.</summary>
    public static void OnTickOfAll()
    {
        OnTickOf(ForResults);
        OnTickOf(ForSends);
    }

    private bool IsKept => Volatile.Read(ref _began) is var began && began != 0
        && _clock.GetElapsedTime(began) >= KeptMin;

    /// <summary>Runs work soon, in the order of the calls unless the pool has to do it.</summary>
    public void Run(IThreadPoolWorkItem work)
    {
        if (IsKept)
        {
            RunByPool(work);
            return;
        }

        _ready.Enqueue(work);
        _signal.Set();
    }

    /// <summary>Time went by: what waits behind work that keeps the thread gets another one.</summary>
    public void OnTick()
    {
        while (IsKept && _ready.TryDequeue(out var work))
        {
            RunByPool(work);
        }
    }

    private static void OnTickOf(Lazy<ClientThread> thread)
    {
        if (thread.IsValueCreated)
        {
            thread.Value.OnTick();
        }
    }

    private static void RunByPool(IThreadPoolWorkItem work) =>
        ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

    private void Work()
    {
        LentThread.MayBlock = true;
        while (true)
        {
            _signal.Take();
            while (_ready.TryDequeue(out var work))
            {
                Volatile.Write(ref _began, Math.Max(1, _clock.GetTimestamp()));
                work.Execute();
                Volatile.Write(ref _began, 0);
            }

            _signal.Wait(Timeout.InfiniteTimeSpan);
        }
    }
}
