using System.Collections.Concurrent;
using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>The process' thread for the ends of calls: one wake-up for all that end together, where the pool wakes two
/// or three of its threads for each item.</summary>
/// <remarks>It starts with the first call that ends, and lives as long as the process. It may be kept by a user's
/// continuation: <see cref="CompletionQueue.OnTick"/> and slow ends bring the pool in.</remarks>
internal sealed class CompletionThread
{
    private static readonly Lazy<CompletionThread> Shared = new(() => new());
    private readonly WakeSignal _signal = new();
    private readonly ConcurrentQueue<IThreadPoolWorkItem> _ready = new();

    private CompletionThread() => new Thread(Run) { IsBackground = true, Name = "paxos-results" }.Start();

    /// <summary>Runs a queue's ends soon.</summary>
    public static void Run(IThreadPoolWorkItem queue) => Shared.Value.Add(queue);

    private void Add(IThreadPoolWorkItem queue)
    {
        _ready.Enqueue(queue);
        _signal.Set();
    }

    private void Run()
    {
        LentThread.MayBlock = true;
        while (true)
        {
            _signal.Take();
            while (_ready.TryDequeue(out var queue))
            {
                queue.Execute();
            }

            _signal.Wait(Timeout.InfiniteTimeSpan);
        }
    }
}
