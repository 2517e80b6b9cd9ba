using PaxosSM.Runtime.Ports;
using PaxosSM.Storage.Simulated;
using static PaxosSM.Storage.Tests.Samples;

namespace PaxosSM.Storage.Tests;

/// <summary>What every log must do, whatever it keeps.</summary>
public abstract class DurableLogKit
{
    protected abstract IDurableLog Create();

    [Fact]
    public async Task Appends_of_many_threads_are_called_back_each_once_and_in_their_threads_order()
    {
        await using var log = Create();
        const int Threads = 4;
        const int Each = 500;
        var seen = new List<int>[Threads];
        using var left = new CountdownEvent(Threads * Each);
        var threads = Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            seen[thread] = [];
            for (var i = 0; i < Each; i++)
            {
                var number = i;
                log.Append(new((ulong)thread + 1), [Vote(i + 1)], () =>
                {
                    seen[thread].Add(number);
                    _ = left.Signal();
                });
            }
        }));
        await Task.WhenAll(threads);
        left.Wait();
        Assert.All(seen, numbers => Assert.Equal(Enumerable.Range(0, Each), numbers));
        Assert.Null(log.Failure);
    }

    [Fact]
    public async Task An_append_from_within_a_callback_is_called_back_later()
    {
        await using var log = Create();
        var done = new TaskCompletionSource<bool>();
        log.Append(First, [Vote(1)], () =>
        {
            var isInside = true;
            log.Append(First, [Vote(2)], () => done.SetResult(isInside));
            isInside = false;
        });
        Assert.False(await done.Task);
    }

    [Fact]
    public async Task Disposing_makes_durable_what_was_appended()
    {
        var log = Create();
        var count = 0;
        for (var i = 1; i <= 100; i++)
        {
            log.Append(First, [Vote(i)], () => count++);
        }

        await log.DisposeAsync();
        await log.DisposeAsync();
        Assert.Equal(100, count);
        log.Append(First, [Vote(101)], () => count++);
        Assert.Equal(100, count);
    }

    [Fact]
    public async Task A_new_log_recovers_nothing_and_nothing_waits()
    {
        await using var log = Create();
        Assert.Empty(log.TakeRecovered(First));
        Assert.Null(log.Stall);
    }
}

public sealed class WriteAheadLogConformanceTests : DurableLogKit
{
    protected override IDurableLog Create() => new LogThread(WriteAheadLog.Open(
        new InMemoryFileLayer(), "/log", new() { SegmentBytes = 64 * 1024, FirstSegmentBytes = 16 * 1024 }));
}

public sealed class RealWriteAheadLogConformanceTests : DurableLogKit, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("paxos-log");

    public void Dispose() => _folder.Delete(recursive: true);

    protected override IDurableLog Create() => new LogThread(WriteAheadLog.Open(
        DiskFileLayer.Instance,
        Path.Combine(_folder.FullName, "log"),
        new() { SegmentBytes = 1024 * 1024, FirstSegmentBytes = 64 * 1024 }));
}

public sealed class VolatileLogConformanceTests : DurableLogKit
{
    protected override IDurableLog Create() => new LogThread(new VolatileLog());
}
