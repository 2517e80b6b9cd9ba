using PaxosSM.Messages;
using PaxosSM.Runtime.Ports;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Transport.Tcp;

/// <summary>All that a transport holds about another member: the way to it, and the connection that it made.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private PeerStatus _status;
    private Inbound? _inbound;
    private long _framesIn;
    private long _bytesIn;
    private long _connects;

    public Peer(Member member, TransportContext context)
    {
        Member = member;
        _time = context.Time;
        Sender = context.NewSender(context.Options.PeerBytesMax, inline: true);
        _status = new(false, _time.GetUtcNow(), "not tried yet");
    }

    public Member Member { get; }

    public FrameSender Sender { get; }

    /// <summary>Ends when the member leaves the configuration, or moves.</summary>
    public CancellationTokenSource Leaving { get; } = new();

    public Task Dialing { get; set; } = Task.CompletedTask;

    public PeerStatus Status => Volatile.Read(ref _status);

    public long Connects => Volatile.Read(ref _connects);

    public long FramesIn => Volatile.Read(ref _framesIn) + (Volatile.Read(ref _inbound)?.Receiver.Frames ?? 0);

    public long BytesIn => Volatile.Read(ref _bytesIn) + (Volatile.Read(ref _inbound)?.Receiver.Bytes ?? 0);

    public bool Send(GroupId group, Epoch epoch, Message message) => Sender.TrySend(group, epoch, message);

    public void SetConnected(string identity)
    {
        Interlocked.Increment(ref _connects);
        Volatile.Write(ref _status, new(true, _time.GetUtcNow(), identity));
    }

    /// <summary>The time of the first failure stays: "unreachable since" is that.</summary>
    /// <returns>Whether this is news, for the log.</returns>
    public bool SetUnreachable(string reason)
    {
        var before = Status;
        Volatile.Write(ref _status, new(false, before.Connected ? _time.GetUtcNow() : before.Since, reason));
        return before.Connected || before.Detail != reason;
    }

    /// <summary>The member connected anew: the older connection is of no use to it, and none of its frames may come
    /// after this one's.</summary>
    /// <returns>False when another newcomer waits already for the older one's last message: one at a time is
    /// enough.</returns>
    public async Task<bool> ReplaceInboundAsync(Inbound inbound)
    {
        Inbound? older;
        lock (_gate)
        {
            if (_inbound is { IsWaiting: true })
            {
                return false;
            }

            older = _inbound;
            _inbound = inbound;
            inbound.IsWaiting = older is not null;
        }

        if (older is not null)
        {
            older.Connection.Shutdown("the member connected anew");
            await older.Ended.Task.ConfigureAwait(false);
            inbound.IsWaiting = false;
        }

        return true;
    }

    public void EndInbound(Inbound inbound)
    {
        lock (_gate)
        {
            _framesIn += inbound.Receiver.Frames;
            _bytesIn += inbound.Receiver.Bytes;
            if (_inbound == inbound)
            {
                _inbound = null;
            }
        }

        inbound.Ended.TrySetResult();
    }

    public void Leave()
    {
        Leaving.Cancel();
        lock (_gate)
        {
            _inbound?.Connection.Shutdown("no member any more");
        }
    }

    public void Dispose() => Leaving.Dispose();
}

/// <summary>A member's connection to this node.</summary>
internal sealed class Inbound(Connection connection, FrameReceiver receiver)
{
    private volatile bool _isWaiting;

    public bool IsWaiting
    {
        get => _isWaiting;
        set => _isWaiting = value;
    }

    public Connection Connection { get; } = connection;

    public FrameReceiver Receiver { get; } = receiver;

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Hands a member's frames to the node.</summary>
internal sealed class MemberFrames(NodeId from, ITransportReceiver receiver) : IFrameHandler
{
    public ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload) =>
        receiver.OnMessageAsync(from, header.Group, header.Epoch, MessageCodec.Read(header.Kind, payload.Span));
}
