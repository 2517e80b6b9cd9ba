using PaxosSM.Messages;

namespace PaxosSM.Runtime.Ports;

/// <summary>Carries messages between members: each arrives at most once, in order while one connection lasts, intact,
/// or not at all.</summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Starts to listen and to dial. Messages go to <paramref name="receiver"/> from then on.</summary>
    Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken);

    /// <summary>Sends a message; never blocks. What finds the peer's buffer full, or no connection, is dropped: the
    /// protocol sends again.</summary>
    /// <returns>False when it was dropped at once.</returns>
    bool Send(NodeId to, GroupId group, Epoch epoch, Message message);

    /// <summary>Lets what was sent before leave now; <see cref="Send"/> may gather.</summary>
    void Flush();

    /// <summary>The state of the connection to a member, for people.</summary>
    PeerStatus StatusOf(NodeId peer);
}

/// <summary>Takes what a transport received.</summary>
public interface ITransportReceiver
{
    /// <summary>A message from a member whose identity was checked at connect. The next one of this peer is read when
    /// the task completes: that is the back-pressure.</summary>
    ValueTask OnMessageAsync(NodeId from, GroupId group, Epoch epoch, Message message);

    /// <summary>A client connected; the answer takes its frames, and is disposed when the connection ends.</summary>
    IClientConnection OnClient(IClientReplies replies);
}

/// <summary>What is known of the way to a member.</summary>
/// <param name="Connected">Whether there is a connection to it.</param>
/// <param name="Since">Since when that is so, by the wall clock.</param>
/// <param name="Detail">The last error, or the peer's identity.</param>
public sealed record PeerStatus(bool Connected, DateTimeOffset Since, string Detail);

/// <summary>The node's side of a client's connection (see <c>specs/wire.md</c>).</summary>
public interface IClientConnection : IDisposable
{
    /// <summary>The client sent a frame. The next one is read when the task completes.</summary>
    ValueTask OnFrameAsync(ClientFrame frame);
}

/// <summary>Takes frames for a client. Safe for use by many threads; never blocks.</summary>
public interface IClientReplies
{
    /// <summary>Sends a frame to the client; false when the connection is gone or its buffer full (the connection ends
    /// then).</summary>
    bool Send(ClientFrame frame);
}
