using System.Threading.Channels;
using PaxosSM.Runtime;

namespace PaxosSM.Hosting.Tests.Driver;

/// <summary>Who runs a node's rounds: one thread at a time, whichever brings the work.</summary>
public sealed class NodeLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_lent_thread_runs_the_round_that_it_asked_for_itself()
    {
        List<Thread> ran = [];
        using var loop = Loop(() => ran.Add(Thread.CurrentThread));
        LentThread.Begin();
        LentThread.Begin();
        loop.Wake();
        LentThread.End();
        Assert.Empty(ran);
        LentThread.End();
        Assert.Equal([Thread.CurrentThread], ran);
    }

    [Fact]
    public void A_round_that_asks_for_another_on_a_lent_thread_gets_it_but_does_not_keep_the_thread()
    {
        NodeLoop? loop = null;
        var ran = 0;
        using var ends = loop = Loop(() =>
        {
            ran++;
            loop!.Wake();
        });
        LentThread.Begin();
        loop.Wake();
        LentThread.End();
        Assert.Equal(2, ran);
    }

    [Fact]
    public void Users_code_comes_last_and_only_where_it_may_keep_the_thread()
    {
        List<string> ran = [];
        Noted users = new(() => ran.Add("user"));
        using var loop = Loop(() => ran.Add("loop"));
        LentThread.Begin();
        Assert.False(LentThread.TryNoteLast(users));
        LentThread.MayBeKept = true;
        Assert.True(LentThread.TryNoteLast(users));
        Noted brings = new(() => loop.Wake());
        Assert.True(LentThread.TryNote(brings));
        LentThread.End();
        LentThread.MayBeKept = false;
        Assert.Equal(["loop", "user"], ran);
    }

    [Fact]
    public async Task A_busy_thread_wakes_the_loops_own()
    {
        var ran = Channel.CreateUnbounded<Thread>();
        using var loop = Loop(() => ran.Writer.TryWrite(Thread.CurrentThread));
        loop.Start();
        using CancellationTokenSource patience = new(Patience);
        var own = await ran.Reader.ReadAsync(patience.Token); // the start's round
        LentThread.Begin();
        loop.Wake();
        LentThread.End(busy: true);
        Assert.Same(own, await ran.Reader.ReadAsync(patience.Token));
    }

    [Fact]
    public async Task Rounds_never_overlap_and_no_work_is_left_behind()
    {
        const int Threads = 4;
        const int Each = 20_000;
        var (waiting, done, inside, overlaps) = (0, 0, 0, 0);
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var loop = Loop(() =>
        {
            overlaps += Interlocked.Increment(ref inside) - 1;
            done += Interlocked.Exchange(ref waiting, 0);
            Interlocked.Decrement(ref inside);
            if (done == Threads * Each)
            {
                all.TrySetResult();
            }
        });
        loop.Start();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(number => Task.Run(() => Bring(number % 2 == 0))));
        await all.Task.WaitAsync(Patience);
        Assert.Equal(0, overlaps);

        void Bring(bool lent)
        {
            for (var piece = 0; piece < Each; piece++)
            {
                if (lent)
                {
                    LentThread.Begin();
                }

                Interlocked.Increment(ref waiting);
                loop.Wake();
                if (lent)
                {
                    LentThread.End(busy: piece % 16 == 0);
                }
            }
        }
    }

    [Fact]
    public void A_round_that_throws_on_a_lent_thread_ends_the_loop_and_spares_the_thread()
    {
        List<Exception> crashes = [];
        var ran = 0;
        using NodeLoop loop = new(
            (_, _) =>
            {
                ran++;
                throw new InvalidOperationException("a bug");
            },
            TimeProvider.System,
            "a",
            crashes.Add);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            LentThread.Begin();
            loop.Wake();
            LentThread.End();
        }

        Assert.Equal("a bug", Assert.Single(crashes).Message);
        Assert.Equal(1, ran);
    }

    [Fact]
    public async Task The_end_waits_for_the_round_that_a_lent_thread_is_in()
    {
        using SemaphoreSlim entered = new(0);
        using SemaphoreSlim leave = new(0);
        var left = false;
        var loop = Loop(() =>
        {
            entered.Release();
            leave.Wait();
            left = true;
        });
        var lent = Task.Run(() =>
        {
            LentThread.Begin();
            loop.Wake();
            LentThread.End();
        });
        await entered.WaitAsync(Patience);
        var ending = Task.Run(() =>
        {
            loop.Dispose();
            return left;
        });
        leave.Release();
        Assert.True(await ending.WaitAsync(Patience));
        await lent.WaitAsync(Patience);
    }

    private static NodeLoop Loop(Action round) => new(
        (_, _) =>
        {
            round();
            return Instant.Never;
        },
        TimeProvider.System,
        "a",
        crash => Assert.Fail(crash.ToString()));

    private sealed class Noted(Action run) : ILentWork
    {
        public void RunHere() => run();

        public void Signal() => Assert.Fail("nobody else was to do it");
    }
}
