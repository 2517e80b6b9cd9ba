using PaxosSM.Runtime;
using PaxosSM.Storage.Simulated;
using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>Who appends may write and flush as well, where its thread is lent for that.</summary>
public sealed class LentLogTests
{
    private const int Threads = 4;
    private const int Each = 500;

    [Fact]
    public async Task A_thread_that_may_block_writes_what_it_appends_itself()
    {
        await using var log = NewLog();
        await OnOwnThreadAsync(mayBlock: true, () =>
        {
            Thread? durable = null;
            LentThread.Begin();
            log.Append(First, [Vote(1)], () => durable = Thread.CurrentThread);
            Assert.Null(durable);
            LentThread.End();
            Assert.Same(Thread.CurrentThread, durable);
        });
    }

    [Fact]
    public async Task A_thread_that_may_not_block_leaves_it_to_the_logs_own()
    {
        await using var log = NewLog();
        TaskCompletionSource<Thread> durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread? here = null;
        await OnOwnThreadAsync(mayBlock: false, () =>
        {
            here = Thread.CurrentThread;
            LentThread.Begin();
            log.Append(First, [Vote(1)], () => durable.SetResult(Thread.CurrentThread));
            LentThread.End();
        });
        Assert.NotSame(here, await durable.Task);
    }

    [Fact]
    public async Task After_a_slow_flush_the_logs_own_thread_waits_for_the_disk()
    {
        ManualTime clock = new();
        InMemoryFileLayer disk = new();
        await using var log = NewLog(disk, clock);
        var slot = await WriteUntilHereAsync(log, 1);

        disk.OnFlush = () => clock.Advance(TimeSpan.FromMilliseconds(20));
        await WritesHereAsync(log, ++slot); // whoever does: it was slow
        Assert.False(await WritesHereAsync(log, ++slot));
        Assert.False(await WritesHereAsync(log, ++slot));

        disk.OnFlush = null;
        await WriteUntilHereAsync(log, ++slot);
    }

    [Fact]
    public async Task Lent_threads_and_others_together_call_back_each_append_once_and_in_its_threads_order()
    {
        await using var log = NewLog();
        var seen = new List<int>[Threads];
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => OnOwnThreadAsync(thread % 2 == 0, () =>
        {
            seen[thread] = [];
            for (var i = 0; i < Each; i++)
            {
                var number = i;
                LentThread.Begin();
                log.Append(new((ulong)thread + 1), [Vote(i + 1)], () => seen[thread].Add(number));
                LentThread.End(busy: i % 16 == 0);
            }
        })));
        await log.DisposeAsync();
        Assert.All(seen, numbers => Assert.Equal(Enumerable.Range(0, Each), numbers));
    }

    // The log's own thread may be at a write, or just awake, at first.
    private static async Task<int> WriteUntilHereAsync(LogThread log, int slot)
    {
        const int WritesMax = 100;
        var last = slot + WritesMax;
        while (!await WritesHereAsync(log, slot))
        {
            Assert.True(++slot < last, "the log's own thread goes on to write");
        }

        return slot;
    }

    // Whether a thread that is lent writes what it appends; once it is durable.
    private static async Task<bool> WritesHereAsync(LogThread log, int slot)
    {
        TaskCompletionSource<Thread> durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread? here = null;
        await OnOwnThreadAsync(mayBlock: true, () =>
        {
            here = Thread.CurrentThread;
            LentThread.Begin();
            log.Append(First, [Vote(slot)], () => durable.SetResult(Thread.CurrentThread));
            LentThread.End();
        });
        return here == await durable.Task;
    }

    private static LogThread NewLog() => NewLog(new(), TimeProvider.System);

    private static LogThread NewLog(InMemoryFileLayer disk, TimeProvider clock)
    {
        LogOptions options = new() { SegmentBytes = 1 << 20, FirstSegmentBytes = 1 << 20 };
        return new(WriteAheadLog.Open(disk, "log", options), clock);
    }

    private static Task OnOwnThreadAsync(bool mayBlock, Action run) => Task.Factory.StartNew(
        () =>
        {
            LentThread.MayBlock = mayBlock;
            run();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
