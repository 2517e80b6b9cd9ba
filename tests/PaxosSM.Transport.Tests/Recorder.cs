using System.Collections.Concurrent;
using PaxosSM.Messages;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Transport.Tests;

/// <summary>Keeps what a node receives, and can hold on to it.</summary>
internal sealed class Recorder : ITransportReceiver
{
    private readonly ConcurrentQueue<(NodeId From, GroupId Group, Epoch Epoch, Message Message)> _messages = new();

    public (NodeId From, GroupId Group, Epoch Epoch, Message Message)[] Messages => [.. _messages];

    public int Count => _messages.Count;

    /// <summary>What a message's handling waits for.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    public ConcurrentBag<EchoClient> Clients { get; } = [];

    public async ValueTask OnMessageAsync(NodeId from, GroupId group, Epoch epoch, Message message)
    {
        _messages.Enqueue((from, group, epoch, message));
        await Hold;
    }

    public IClientConnection OnClient(IClientReplies replies)
    {
        EchoClient client = new(replies);
        Clients.Add(client);
        return client;
    }
}

/// <summary>Answers each query with its own bytes.</summary>
internal sealed class EchoClient(IClientReplies replies) : IClientConnection
{
    public bool IsGone { get; private set; }

    public ValueTask OnFrameAsync(ClientFrame frame)
    {
        if (frame is ClientQuery query)
        {
            replies.Send(new ClientQueryResult(
                query.Group, query.Id, PaxosError.None, new(1), new(2), TimeSpan.Zero, query.Query));
        }

        return default;
    }

    public void Dispose() => IsGone = true;
}
