using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tcp;

/// <summary>A client's connection: its frames to the node, the node's replies to it.</summary>
internal sealed class ClientSession : IClientReplies, IFrameHandler
{
    private readonly TransportContext _context;
    private readonly Connection _connection;
    private readonly FrameSender _sender;
    private IClientConnection? _node;

    public ClientSession(TransportContext context, Connection connection)
    {
        _context = context;
        _connection = connection;

        // Replies come from many threads, each flushed for itself: waking the writer gathers them.
        _sender = context.NewSender(context.Options.ClientBytesMax, inline: false);
    }

    public bool Send(ClientFrame frame)
    {
        if (!_sender.TrySend(frame))
        {
            _connection.Shutdown("the client does not take its replies");
            return false;
        }

        _sender.Flush();
        return true;
    }

    public ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload) =>
        _node!.OnFrameAsync(ClientFrameCodec.Read(header, payload.Span));

    /// <summary>Serves the client until the connection ends.</summary>
    public async Task<string> RunAsync(ITransportReceiver node)
    {
        var sending = _sender.RunAsync(_connection.Stream, _connection.Ending);
        FrameReceiver receiver = new(this, _context.Options.FrameBytesMax, _context.Time);
        using var connection = node.OnClient(this);
        _node = connection;
        _connection.Overdue = _context.StallOf(_sender, receiver);
        return await _connection.RunAsync(sending, receiver.RunAsync(_connection.Stream, _connection.Ending))
            .ConfigureAwait(false);
    }
}
