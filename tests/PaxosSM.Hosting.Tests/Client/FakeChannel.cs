using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Hosting.Tests.Client;

/// <summary>A channel whose frames move only when pumped, and not all of them when there is chaos.</summary>
internal sealed class FakeChannel : IClientChannel, IClientReplies
{
    private readonly Lock _gate = new();
    private readonly FakeGroup _group;
    private readonly List<ClientFrame> _toNode = [];
    private readonly List<ClientFrame> _toClient = [];
    private IClientChannelReceiver? _receiver;
    private IClientConnection? _connection;

    public FakeChannel(FakeGroup group) => _group = group;

    public Random? Chaos { get; set; }

    /// <summary>Everything the client sent.</summary>
    public List<ClientFrame> Sent { get; } = [];

    public List<string> Moves { get; } = [];

    public string State =>
        _connection is null ? "not connected: 127.0.0.1:7001 (connection refused)" : "connected to 127.0.0.1:7001";

    /// <summary>While set, what the node answers is lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>While set, sends don't complete.</summary>
    public TaskCompletionSource? Blocked { get; set; }

    public void Start(IClientChannelReceiver receiver)
    {
        _receiver = receiver;
        Connect();
    }

    public void Connect()
    {
        _connection = _group.Gateway.Connect(this);
        _receiver!.OnConnected();
    }

    public void Disconnect()
    {
        lock (_gate)
        {
            _connection?.Dispose();
            _connection = null;
            _toNode.Clear();
            _toClient.Clear();
        }

        _receiver!.OnDisconnected("lost");
    }

    public async ValueTask<bool> SendAsync(ClientFrame frame)
    {
        lock (_gate)
        {
            if (_connection is null)
            {
                return false;
            }

            _toNode.Add(frame);
            Sent.Add(frame);
        }

        if (Blocked is { } blocked)
        {
            await blocked.Task;
        }

        return true;
    }

    public bool Send(ClientFrame frame)
    {
        lock (_gate)
        {
            _toClient.Add(frame);
            return true;
        }
    }

    public void MoveOn(string why) => Moves.Add(why);

    public void PumpToNode()
    {
        foreach (var frame in Take(_toNode))
        {
            var task = _connection?.OnFrameAsync(frame);
            Assert.True(task is null or { IsCompletedSuccessfully: true });
        }
    }

    public void PumpToClient()
    {
        foreach (var frame in Take(_toClient))
        {
            if (!LosesAnswers)
            {
                _receiver!.OnFrame(frame);
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private List<ClientFrame> Take(List<ClientFrame> frames)
    {
        lock (_gate)
        {
            List<ClientFrame> taken = [.. frames];
            frames.Clear();
            if (Chaos is not { } chaos)
            {
                return taken;
            }

            List<ClientFrame> moved = [];
            foreach (var frame in taken.OrderBy(_ => chaos.Next(3)))
            {
                var copies = chaos.Next(8) switch { 0 => 0, 1 => 2, _ => 1 };
                if (copies > 1)
                {
                    moved.Add(CopyOf(frame));
                }

                if (copies > 0)
                {
                    moved.Add(frame);
                }
            }

            return moved;
        }
    }

    // In memory of its own, as if it were read twice.
    private static ClientFrame CopyOf(ClientFrame frame) => frame switch
    {
        ClientSubmit submit => submit with { Entries = submit.Entries.ToArray() },
        ClientResults results => results with { Results = results.Results.ToArray() },
        _ => frame,
    };
}
