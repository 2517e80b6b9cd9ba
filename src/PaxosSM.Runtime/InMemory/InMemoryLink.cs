using System.IO.Pipelines;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Runtime.InMemory;

/// <summary>The way from one node to another.</summary>
internal sealed class InMemoryLink : IDisposable
{
    private readonly Lock _gate = new();
    private readonly NodeId _from;
    private readonly TimeProvider _time;
    private CancellationTokenSource? _up;

    public InMemoryLink(NodeId from, int bytesMax, TimeProvider time)
    {
        _from = from;
        _time = time;
        Sender = new(bytesMax, FrameHeader.DefaultFrameBytesMax, inline: false, time);
        Status = new(false, time.GetUtcNow(), "not started yet");
    }

    public FrameSender Sender { get; }

    public PeerStatus Status { get; private set; }

    public Task Running { get; private set; } = Task.CompletedTask;

    public void Up(ITransportReceiver receiver)
    {
        lock (_gate)
        {
            if (_up is not null)
            {
                return;
            }

            _up = new();
            Status = new(true, _time.GetUtcNow(), "in memory");

            // Not before the older connection's last message is done with: the order is kept.
            Running = RunAsync(Running, receiver, _up.Token);
        }
    }

    public void Down(string reason)
    {
        lock (_gate)
        {
            if (_up is null)
            {
                return;
            }

            _up.Cancel();
            _up.Dispose();
            _up = null;
            Status = new(false, _time.GetUtcNow(), reason);
        }
    }

    public void Dispose() => Down("stopped");

    private async Task RunAsync(Task older, ITransportReceiver receiver, CancellationToken down)
    {
        // Goes on at once where nothing is older: the sender takes messages when Up returns.
        await older.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await InMemoryPipe.RunAsync(Sender, new Handler(_from, receiver), _time, down).ConfigureAwait(false);
    }

    private sealed class Handler(NodeId from, ITransportReceiver receiver) : IFrameHandler
    {
        public ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload) =>
            receiver.OnMessageAsync(from, header.Group, header.Epoch, MessageCodec.Read(header.Kind, payload.Span));
    }
}

/// <summary>A sender and a receiver joined by a bounded pipe.</summary>
internal static class InMemoryPipe
{
    public static async Task RunAsync(
        FrameSender sender, IFrameHandler handler, TimeProvider time, CancellationToken down)
    {
        Pipe pipe = new(new PipeOptions(useSynchronizationContext: false));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(down);
        FrameReceiver receiver = new(handler, FrameHeader.DefaultFrameBytesMax, time);
        var sending = sender.RunAsync(pipe.Writer.AsStream(), ending.Token);
        var receiving = receiver.RunAsync(pipe.Reader.AsStream(), ending.Token);
        await Task.WhenAny(sending, receiving).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
