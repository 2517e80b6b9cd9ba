using PaxosSM.Runtime;

namespace PaxosSM.Client;

/// <summary>A client's way to some node of the cluster: one at a time, another when that one is lost.</summary>
/// <remarks>Safe for use by many threads. What is lost on the way is not told: the client sends again.</remarks>
public interface IClientChannel : IAsyncDisposable
{
    /// <summary>In words, for error messages: where it is connected, or why it is not.</summary>
    string State { get; }

    /// <summary>Starts to connect. Once.</summary>
    void Start(IClientChannelReceiver receiver);

    /// <summary>Sends a frame.</summary>
    /// <returns>Completes when the channel takes more: what arrives until then can leave together. False: there is no
    /// connection, the frame is lost, and <see cref="IClientChannelReceiver.OnConnected"/> follows when there is
    /// one.</returns>
    ValueTask<bool> SendAsync(ClientFrame frame);

    /// <summary>The node is of no use: try another, if there is one.</summary>
    void MoveOn(string why);
}

/// <summary>A channel that knows several addresses, and can be told others: members come and go (R14).</summary>
public interface IEndpointChannel
{
    /// <summary>Tells where clients are served by now.</summary>
    void Find(IReadOnlyList<string> endpoints);
}

/// <summary>Takes what a channel has to tell, one call at a time; must not block.</summary>
public interface IClientChannelReceiver
{
    /// <summary>There is a connection: everything unanswered should be sent again.</summary>
    void OnConnected();

    /// <summary>The connection was lost.</summary>
    void OnDisconnected(string why);

    /// <summary>A frame arrived. Its memory is not used again: the receiver may keep it.</summary>
    void OnFrame(ClientFrame frame);
}
