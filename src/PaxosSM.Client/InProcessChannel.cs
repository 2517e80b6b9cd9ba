using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Client;

/// <summary>The way to the node of the same process: no bytes are encoded, no thread is changed.</summary>
public sealed class InProcessChannel : IClientChannel, IClientReplies
{
    private readonly Func<IClientReplies, IClientConnection> _connect;
    private IClientChannelReceiver? _receiver;
    private volatile IClientConnection? _connection;

    /// <summary>A channel to a gateway.</summary>
    /// <param name="connect">As <see cref="Runtime.Serving.Gateway.Connect"/>.</param>
    public InProcessChannel(Func<IClientReplies, IClientConnection> connect) => _connect = connect;

    /// <inheritdoc/>
    public string State => _connection is null ? "the node of this process is closed" : "connected within the process";

    /// <inheritdoc/>
    public void Start(IClientChannelReceiver receiver)
    {
        _receiver = receiver;
        _connection = _connect(this);
        receiver.OnConnected();
    }

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(ClientFrame frame)
    {
        if (_connection is not { } connection)
        {
            return new(false);
        }

        ValueTask taking;
        LentThread.Begin();
        try
        {
            taking = connection.OnFrameAsync(frame);
        }
        finally
        {
            LentThread.End();
        }

        return taking.IsCompletedSuccessfully ? new(true) : WaitAsync(taking);
    }

    /// <summary>There is no other node in this process: no effect.</summary>
    public void MoveOn(string why)
    {
    }

    /// <inheritdoc/>
    public bool Send(ClientFrame frame)
    {
        _receiver?.OnFrame(frame);
        return true;
    }

    private static async ValueTask<bool> WaitAsync(ValueTask taking)
    {
        await taking.ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _connection, null)?.Dispose();
        return ValueTask.CompletedTask;
    }
}
