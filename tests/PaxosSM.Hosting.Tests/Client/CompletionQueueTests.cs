using PaxosSM.Client;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>Continuations of many calls on one thread: in order, and never stuck behind one of them.</summary>
public sealed class CompletionQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // No end is slow: who helps makes no order.
    private readonly CompletionQueue _queue = new(TimeSpan.MaxValue);

    [Fact]
    public async Task Ends_are_told_in_order_and_not_on_the_thread_that_adds_them()
    {
        List<int> told = [];
        var here = Thread.CurrentThread;
        TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < 100; number++)
        {
            var end = number;
            _queue.Add(new End(() =>
            {
                Assert.NotSame(here, Thread.CurrentThread);
                told.Add(end);
                _ = end == 99 && last.TrySetResult();
            }));
        }

        await last.Task.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 100), told);
    }

    [Fact]
    public async Task One_that_waits_for_the_next_gets_company()
    {
        using SemaphoreSlim second = new(0);
        using SemaphoreSlim blocks = new(0);
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(new End(() =>
        {
            blocks.Release();
            second.Wait();
            done.SetResult();
        }));
        _queue.Add(new End(() => second.Release()));
        await blocks.WaitAsync(Patience);
        for (var tick = 0; tick < 3; tick++)
        {
            _queue.OnTick();
        }

        await done.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_continuations_send_leaves_once_they_have_all_run()
    {
        List<string> order = [];
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using SemaphoreSlim gate = new(0);
        Sending send = new(() =>
        {
            order.Add("sent");
            sent.SetResult();
        });
        Assert.False(_queue.TryDefer(send));
        _queue.Add(new End(() => gate.Wait())); // until all are there
        _queue.Add(new End(() =>
        {
            order.Add("first");
            Assert.True(_queue.TryDefer(send));
        }));
        _queue.Add(new End(() => order.Add("second")));
        gate.Release();
        await sent.Task.WaitAsync(Patience);
        Assert.Equal("sent", order[^1]);
    }

    [Fact]
    public async Task Ends_that_are_known_together_are_told_together()
    {
        List<string> told = [];
        TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CompletionQueue.BeginGather();
        _queue.Add(new End(() => told.Add("first")));
        using SemaphoreSlim lone = new(0);
        Thread another = new(() => _queue.Add(new End(() => lone.Release())));
        another.Start();
        Assert.True(lone.Wait(Patience, CancellationToken.None));
        Assert.Empty(told); // though the queue tells
        _queue.Add(new End(() => told.Add("second")));
        _queue.EndGather(new Sending(() =>
        {
            told.Add("sent");
            sent.SetResult();
        }));
        await sent.Task.WaitAsync(Patience);
        Assert.Equal(["first", "second", "sent"], told);
        another.Join();
    }

    private sealed class End(Action told) : ICompletion
    {
        public void Complete() => told();
    }

    private sealed class Sending(Action send) : IThreadPoolWorkItem
    {
        public void Execute() => send();
    }
}
