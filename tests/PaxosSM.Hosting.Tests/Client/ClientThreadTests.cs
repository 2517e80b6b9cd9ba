using Microsoft.Extensions.Time.Testing;
using PaxosSM.Client;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>A thread for clients' work: in order, and never a reason to wait for long.</summary>
public sealed class ClientThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(50);
    private readonly FakeTimeProvider _time = new();
    private readonly ClientThread _thread;

    public ClientThreadTests() => _thread = new("test", _time);

    [Fact]
    public async Task Work_is_done_in_order_on_one_thread_that_may_block()
    {
        List<(int Number, Thread By, bool MayBlock)> done = [];
        TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var number = 0; number < 100; number++)
        {
            var work = number;
            _thread.Run(new Work(() =>
            {
                done.Add((work, Thread.CurrentThread, LentThread.MayBlock));
                _ = work == 99 && last.TrySetResult();
            }));
        }

        await last.Task.WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 100), done.Select(each => each.Number));
        Assert.Single(done.Select(each => each.By).Distinct());
        Assert.All(done, each => Assert.True(each.MayBlock));
    }

    [Fact]
    public async Task What_waits_behind_work_that_keeps_the_thread_goes_to_the_pool()
    {
        using SemaphoreSlim kept = new(0);
        var waiting = NewEnd();
        await KeepAsync(kept);
        _thread.Run(new Work(() => waiting.SetResult(LentThread.MayBlock)));

        _thread.OnTick();
        Assert.False(waiting.Task.IsCompleted); // it has not waited for long

        _time.Advance(Long);
        _thread.OnTick();
        Assert.False(await waiting.Task.WaitAsync(Patience));

        var next = NewEnd();
        _thread.Run(new Work(() => next.SetResult(LentThread.MayBlock)));
        Assert.False(await next.Task.WaitAsync(Patience));

        kept.Release();
    }

    [Fact]
    public async Task A_thread_that_is_free_again_goes_on()
    {
        using SemaphoreSlim kept = new(0);
        var own = NewEnd();
        await KeepAsync(kept);
        _thread.Run(new Work(() => own.SetResult(LentThread.MayBlock)));
        _time.Advance(Long);
        kept.Release();
        Assert.True(await own.Task.WaitAsync(Patience));
    }

    // Has the thread wait for the semaphore.
    private async Task KeepAsync(SemaphoreSlim until)
    {
        using SemaphoreSlim begun = new(0);
        _thread.Run(new Work(() =>
        {
            begun.Release();
            until.Wait();
        }));
        await begun.WaitAsync(Patience);
    }

    private static TaskCompletionSource<bool> NewEnd() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Work(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }
}
