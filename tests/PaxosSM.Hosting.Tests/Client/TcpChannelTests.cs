using System.Net;
using System.Net.Sockets;
using PaxosSM.Client;
using PaxosSM.Runtime;
using PaxosSM.Runtime.Wire;

namespace PaxosSM.Hosting.Tests.Client;

public sealed class TcpChannelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ClusterId Cluster = new(Guid.Parse("11112222-3333-4444-5555-666677778888"));

    [Fact]
    public async Task A_channel_greets_as_a_client_and_carries_frames_both_ways()
    {
        await using var node = new Node(Cluster);
        var receiver = new Receiver();
        await using var channel = new TcpChannel(new() { Cluster = Cluster, Endpoints = [node.Address] });
        channel.Start(receiver);
        await receiver.Connected.WaitAsync(Patience);
        Assert.Equal($"connected to {node.Address}", channel.State);
        Assert.True(await channel.SendAsync(new ClientStatusRequest(GroupId.Default, 7)));
        await receiver.Framed.WaitAsync(Patience);
        Assert.Equal(new ClientStatus(GroupId.Default, 7, node.Address, "echo"), Assert.Single(receiver.Frames));
        Assert.Equal(
            (ConnectionRole.Client, NodeId.None, Cluster), (
                node.Greeted!.Role, node.Greeted.Identity.Node, node.Greeted.Identity.Cluster));
    }

    [Fact]
    public async Task A_channel_goes_to_another_node_when_one_dies_and_when_one_is_of_no_use()
    {
        await using var first = new Node(Cluster);
        await using var second = new Node(Cluster);
        var receiver = new Receiver();
        await using var channel = new TcpChannel(
            new() { Cluster = Cluster, Endpoints = [first.Address, second.Address] });
        channel.Start(receiver);
        await receiver.Connected.WaitAsync(Patience);
        var before = channel.State;
        channel.MoveOn("it knows no leader");
        await receiver.Disconnected.WaitAsync(Patience);
        await receiver.Connected.WaitAsync(Patience);
        Assert.NotEqual(before, channel.State);

        var serving = channel.State.EndsWith(first.Address, StringComparison.Ordinal) ? first : second;
        await serving.DisposeAsync();
        await receiver.Disconnected.WaitAsync(Patience);
        await receiver.Connected.WaitAsync(Patience);
        Assert.Equal(before, channel.State);
    }

    [Fact]
    public async Task A_channel_that_finds_no_node_says_why_for_each_and_loses_what_is_sent()
    {
        await using var gone = new Node(Cluster);
        await gone.DisposeAsync();
        await using var stranger = new Node(new(Guid.NewGuid()));
        var receiver = new Receiver();
        await using var channel = new TcpChannel(
            new() { Cluster = Cluster, Endpoints = [gone.Address, stranger.Address] });
        channel.Start(receiver);
        using var patience = new CancellationTokenSource(Patience);
        while (channel.State.Contains("not tried", StringComparison.Ordinal))
        {
            Assert.False(patience.IsCancellationRequested);
            await Task.Yield();
        }

        Assert.StartsWith("not connected: ", channel.State, StringComparison.Ordinal);
        Assert.Contains($"{gone.Address} (Connection refused)", channel.State, StringComparison.Ordinal);
        Assert.Contains("another cluster", channel.State, StringComparison.Ordinal);
        Assert.False(await channel.SendAsync(new ClientStatusRequest(GroupId.Default, 7)));
    }

    /// <summary>A node that answers status requests, and refuses clients of other clusters.</summary>
    private sealed class Node : IFrameHandler, IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly FrameSender _sender = new(1 << 20, 1 << 20, inline: false, TimeProvider.System);
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ClusterId _cluster;
        private readonly Task _running;

        public Node(ClusterId cluster)
        {
            _cluster = cluster;
            _listener.Start();
            Address = _listener.LocalEndpoint.ToString()!;
            _running = RunAsync();
        }

        public string Address { get; }

        public Hello? Greeted { get; private set; }

        public ValueTask OnFrameAsync(FrameHeader header, ReadOnlyMemory<byte> payload)
        {
            var request = (ClientStatusRequest)ClientFrameCodec.Read(header, payload.Span);
            _sender.TrySend(new ClientStatus(request.Group, request.Id, Address, "echo"));
            _sender.Flush();
            return ValueTask.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            _listener.Stop();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task RunAsync()
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                await using var stream = new NetworkStream(socket);
                Greeted = await Handshake.HearAsync(stream, _stopping.Token);
                if (Greeted.Identity.Cluster != _cluster)
                {
                    await Handshake.SayAsync(
                        stream, Refusal.Of(RefusalReason.Cluster, "another cluster"), _stopping.Token);
                    continue;
                }

                var self = new NodeIdentity(_cluster, ForkId.None, new(0), default, 1, 1, default);
                await Handshake.SayAsync(stream, Hello.From(self, ConnectionRole.Member), _stopping.Token);
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                var sending = _sender.RunAsync(stream, ending.Token);
                var receiving = new FrameReceiver(this, 1 << 20, TimeProvider.System).RunAsync(stream, ending.Token);
                await Task.WhenAny(sending, receiving);
                await ending.CancelAsync();
                await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed class Receiver : IClientChannelReceiver
    {
        public SemaphoreSlim Connected { get; } = new(0);

        public SemaphoreSlim Disconnected { get; } = new(0);

        public SemaphoreSlim Framed { get; } = new(0);

        public List<ClientFrame> Frames { get; } = [];

        public void OnConnected() => Connected.Release();

        public void OnDisconnected(string why) => Disconnected.Release();

        public void OnFrame(ClientFrame frame)
        {
            Frames.Add(frame);
            Framed.Release();
        }
    }
}
