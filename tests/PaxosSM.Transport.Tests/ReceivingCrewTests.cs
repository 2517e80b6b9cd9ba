using System.Collections.Concurrent;
using System.Threading.Channels;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tests;

/// <summary>Who reads a connection does what its frames bring, and never at the cost of the reading.</summary>
public sealed class ReceivingCrewTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly BlockingCollection<byte[]> _arriving = [];
    private readonly Handler _handler = new();
    private readonly Task _end;

    public ReceivingCrewTests() =>
        _end = ReceivingCrew.RunAsync(new(_handler, 1 << 20, TimeProvider.System), Read, "receive");

    [Fact]
    public async Task What_frames_bring_runs_here_once_another_stands_by_and_keeps_nobody_from_reading()
    {
        var keeps = await UntilRunHereAsync();

        // The other one reads now. Nobody stands by for it: others do what comes.
        for (var count = 0; count < 3; count++)
        {
            Assert.False(await (await BringAsync()).RanHere.Task.WaitAsync(Patience));
        }

        keeps.Goes.Release();
        (await UntilRunHereAsync()).Goes.Release();
        await EndAsync();
    }

    [Fact]
    public async Task It_ends_though_what_a_frame_brought_never_does()
    {
        var keeps = await UntilRunHereAsync();
        await EndAsync();
        keeps.Goes.Release();
    }

    [Fact]
    public async Task What_work_brings_in_turn_runs_here_too_after_it()
    {
        var first = await UntilRunHereAsync();
        var second = new Work();
        first.Brings = second;
        first.Goes.Release();
        Assert.True(await second.RanHere.Task.WaitAsync(Patience));
        second.Goes.Release();
        await EndAsync();
    }

    [Fact]
    public async Task An_error_of_the_handler_ends_it_and_is_told()
    {
        _handler.Failure = new WireFormatException("no such frame");
        _arriving.Add(Samples.Encode(new ClientStatusRequest(new(5), 0)));
        Assert.Same(_handler.Failure, await Record.ExceptionAsync(() => _end.WaitAsync(Patience)));
    }

    [Fact]
    public async Task Frames_are_handled_one_at_a_time_and_in_order_whoever_reads()
    {
        const int Frames = 2000;
        for (var number = 0; number < Frames; number++)
        {
            var work = await BringAsync(number);
            if (number % 500 != 0)
            {
                work.Goes.Release(); // the others keep whoever runs them
            }
        }

        await EndAsync();
        Assert.Equal(Enumerable.Range(0, Frames).Select(number => (long)number), _handler.Requests);
        Assert.Equal(0, _handler.Overlaps);
    }

    private int Read(Span<byte> buffer)
    {
        if (!_arriving.TryTake(out var bytes, Timeout.Infinite))
        {
            return 0;
        }

        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    private async Task EndAsync()
    {
        _arriving.CompleteAdding();
        await _end.WaitAsync(Patience);
    }

    // Whoever stands by takes a moment to get there.
    private async Task<Work> UntilRunHereAsync()
    {
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var work = await BringAsync();
            if (await work.RanHere.Task.WaitAsync(Patience))
            {
                return work;
            }
        }

        throw new TimeoutException("nobody ever stood by");
    }

    private async Task<Work> BringAsync(long request = 0)
    {
        _arriving.Add(Samples.Encode(new ClientStatusRequest(new(5), request)));
        return await _handler.Kept.Reader.ReadAsync().AsTask().WaitAsync(Patience);
    }

    private sealed class Handler : IFrameHandler
    {
        private int _inside;

        public Exception? Failure { get; set; }

        public List<long> Requests { get; } = [];

        public int Overlaps { get; private set; }

        public Channel<Work> Kept { get; } = Channel.CreateUnbounded<Work>();

        public ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload)
        {
            Overlaps += Interlocked.Increment(ref _inside) - 1;
            if (Failure is not null)
            {
                throw Failure;
            }

            Requests.Add(((ClientStatusRequest)ClientFrameCodec.Read(header, payload.Span)).Id);
            Work work = new();
            Assert.True(SpareThread.TryKeep(work));
            Kept.Writer.TryWrite(work);
            Interlocked.Decrement(ref _inside);
            return default;
        }
    }

    private sealed class Work : ILentWork
    {
        public SemaphoreSlim Goes { get; } = new(0);

        public TaskCompletionSource<bool> RanHere { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Work? Brings { get; set; }

        public void RunHere()
        {
            RanHere.SetResult(true);
            Goes.Wait();
            Assert.True(Brings is null || SpareThread.TryKeep(Brings));
        }

        public void Signal() => RanHere.SetResult(false);
    }
}
