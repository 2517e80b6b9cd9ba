using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Runtime.InMemory;

/// <summary>A client's connection on an <see cref="InMemoryNetwork"/>.</summary>
public sealed class InMemoryClient : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly FrameSender _toNode;

    internal InMemoryClient(
        ITransportReceiver node, Func<ClientFrame, ValueTask> receive, int bytesMax, TimeProvider time)
    {
        _toNode = new(bytesMax, FrameHeader.DefaultFrameBytesMax, inline: false, time);
        Replies replies = new(new(bytesMax, FrameHeader.DefaultFrameBytesMax, inline: false, time), this);
        var token = _ending.Token;
        _ = RunAsync(replies, node, new Handler(receive), time, token);
    }

    /// <summary>Whether the connection has ended.</summary>
    public bool IsClosed => _ending.IsCancellationRequested;

    /// <summary>Sends a frame to the node; false when the connection is gone or full.</summary>
    public bool Send(ClientFrame frame)
    {
        var sent = _toNode.TrySend(frame);
        _toNode.Flush();
        return sent;
    }

    /// <summary>Ends the connection.</summary>
    public void Dispose() => _ending.Cancel();

    private async Task RunAsync(
        Replies replies, ITransportReceiver node, Handler receive, TimeProvider time, CancellationToken token)
    {
        // Runs up to the first wait at once: the sender takes frames from here on.
        var down = InMemoryPipe.RunAsync(replies.Sender, receive, time, token);
        using var connection = node.OnClient(replies);
        var up = InMemoryPipe.RunAsync(_toNode, new Handler(connection.OnFrameAsync), time, token);
        await Task.WhenAny(down, up).ConfigureAwait(false);
        Dispose();
        await Task.WhenAll(down, up).ConfigureAwait(false);
    }

    private sealed class Handler(Func<ClientFrame, ValueTask> receive) : IFrameHandler
    {
        public ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload) =>
            receive(ClientFrameCodec.Read(header, payload.Span));
    }

    private sealed class Replies(FrameSender sender, InMemoryClient client) : IClientReplies
    {
        public FrameSender Sender => sender;

        public bool Send(ClientFrame frame)
        {
            if (!sender.TrySend(frame))
            {
                client.Dispose();
                return false;
            }

            sender.Flush();
            return true;
        }
    }
}
