using PaxosSM.Messages;
using PaxosSM.Reconfiguration;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.InMemory;
using PaxosSM.Runtime.Ports;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Snapshots that travel between two nodes over a network that loses, doubles and reorders (R25).</summary>
public sealed class SnapshotTransferTests
{
    private static readonly NodeId Giver = new(0);
    private static readonly NodeId Taker = new(1);
    private readonly TestNetwork _network = new();
    private readonly Node _giver;
    private readonly Node _taker;

    public SnapshotTransferTests()
    {
        _giver = new(Giver, _network);
        _taker = new(Taker, _network);
    }

    [Fact]
    public async Task A_snapshot_arrives_whole_and_is_installed()
    {
        await _giver.SaveAsync(9, Bytes(1000));
        _taker.Transfer.Start(new(Giver, new(9)));
        Run();
        Assert.Equal([new Slot(9)], _taker.Installed);
        Assert.Equal(Bytes(1000), Read(_taker.Store, 9));
        Assert.Empty(_taker.Replica.Posted);
        _taker.Transfer.Start(new(Giver, new(9)));
        Assert.Equal([new Slot(9), new Slot(9)], _taker.Installed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_snapshot_arrives_whole_over_a_network_that_loses_doubles_and_reorders(int seed)
    {
        _network.Chaos = new(seed);
        await _giver.SaveAsync(9, Bytes(5000));
        _taker.Transfer.Start(new(Giver, new(9)));
        Run();
        Assert.Equal([new Slot(9)], _taker.Installed);
        Assert.Equal(Bytes(5000), Read(_taker.Store, 9));
    }

    [Fact]
    public async Task No_more_pieces_are_asked_for_than_may_be_in_flight()
    {
        await _giver.SaveAsync(9, Bytes(5000));
        _taker.Transfer.Start(new(Giver, new(9)));
        for (var step = 0; step < 500; step++)
        {
            Assert.True(_network.Waiting <= 3);
            _network.DeliverOne(Deliver);
            Assert.True(_network.Waiting <= 3);
            _giver.Worker.RunOnce();
            _taker.Worker.RunOnce();
        }

        Assert.Equal([new Slot(9)], _taker.Installed);
    }

    [Fact]
    public void A_snapshot_that_is_gone_is_told_at_once()
    {
        _taker.Transfer.Start(new(Giver, new(9)));
        Run(ticks: 0);
        Assert.Equal([new SnapshotFailed(Giver)], _taker.Replica.Posted);
        Assert.Equal(["not fetched s9 from n0: the node has that snapshot no more"], _taker.Observer.Lines);
    }

    [Fact]
    public void A_silent_node_is_given_up_after_a_bounded_number_of_requests()
    {
        _network.Cut = true;
        _taker.Transfer.Start(new(Giver, new(9)));
        Run();
        Assert.Equal([new SnapshotFailed(Giver)], _taker.Replica.Posted);
        Assert.Equal(10, _network.Sent);
        _network.Cut = false;
        _taker.Transfer.Start(new(Giver, new(9)));
        Run(ticks: 0);
        Assert.Equal(2, _taker.Replica.Posted.Count);
    }

    [Fact]
    public async Task A_snapshot_damaged_where_it_is_read_is_refused_where_it_arrives()
    {
        await _giver.SaveAsync(9, Bytes(1000));
        _giver.Store.Damage(GroupId.Default, new(9), 500);
        _taker.Transfer.Start(new(Giver, new(9)));
        Run();
        Assert.Empty(_taker.Installed);
        Assert.Equal([new SnapshotFailed(Giver)], _taker.Replica.Posted);
        Assert.Equal(Slot.Zero, _taker.Store.Latest(GroupId.Default));
    }

    [Fact]
    public async Task Bytes_changed_on_the_way_are_found_at_commit()
    {
        await _giver.SaveAsync(9, Bytes(1000));
        _network.Rewrite = message =>
            message is SnapshotPiece { Offset: 300 } piece ? piece with { Bytes = new byte[100] } : message;
        _taker.Transfer.Start(new(Giver, new(9)));
        Run();
        Assert.Equal(
            ["not fetched s9 from n0: the pieces make no intact snapshot of group g1 at s9"],
            _taker.Observer.Lines);
        Assert.Equal([new SnapshotFailed(Giver)], _taker.Replica.Posted);
    }

    [Fact]
    public async Task A_full_disk_where_it_arrives_ends_the_fetch_with_its_reason()
    {
        await _giver.SaveAsync(9, Bytes(1000));
        _taker.Store.WriteFault = new("disk full");
        _taker.Transfer.Start(new(Giver, new(9)));
        Run();
        Assert.Equal(["not fetched s9 from n0: disk full"], _taker.Observer.Lines);
    }

    [Fact]
    public async Task A_snapshot_being_fetched_outlives_a_newer_one_until_nobody_asks_for_it()
    {
        await _giver.SaveAsync(9, Bytes(5000));
        _taker.Transfer.Start(new(Giver, new(9)));
        for (var step = 0; step < 5; step++)
        {
            _network.DeliverOne(Deliver);
            _giver.Worker.RunOnce();
        }

        await _giver.SaveAsync(12, Bytes(10));
        _giver.Store.DeleteBelow(GroupId.Default, new(12));
        Run(ticks: 5);
        Assert.Equal([new Slot(9)], _taker.Installed);
        Assert.Equal([new Slot(9), new Slot(12)], _giver.Store.SlotsOf(GroupId.Default));
        Run();
        Assert.Equal([new Slot(12)], _giver.Store.SlotsOf(GroupId.Default));
    }

    [Fact]
    public async Task Requests_beyond_the_bound_are_dropped()
    {
        await _giver.SaveAsync(9, Bytes(100));
        for (var count = 0; count < 100; count++)
        {
            _giver.Transfer.OnMessage(Taker, new SnapshotRequest(new(9), 0, 100));
        }

        while (_giver.Worker.RunOnce())
        {
        }

        Assert.Equal(32, _network.Sent);
    }

    [Fact]
    public async Task Hostile_requests_and_pieces_do_no_harm()
    {
        await _giver.SaveAsync(9, Bytes(1000));
        foreach (var offset in new[] { -1L, long.MinValue, long.MaxValue, 2000 })
        {
            foreach (var length in new[] { int.MinValue, -1, 0, int.MaxValue })
            {
                _giver.Transfer.OnMessage(Taker, new SnapshotRequest(new(9), offset, length));
            }
        }

        _taker.Transfer.OnMessage(Giver, new SnapshotPiece(new(9), 0, 10, new byte[10]));
        _taker.Transfer.Start(new(Giver, new(9)));
        _taker.Transfer.OnMessage(new(2), new SnapshotPiece(new(9), 0, 10, new byte[10]));
        _taker.Transfer.OnMessage(Giver, new SnapshotPiece(new(8), 0, 10, new byte[10]));
        _taker.Transfer.OnMessage(Giver, new SnapshotPiece(new(9), 7, 10, new byte[3]));
        while (_giver.Worker.RunOnce())
        {
        }

        _network.Clear();
        _taker.Transfer.OnMessage(Giver, new SnapshotPiece(new(9), 0, 5, new byte[10]));
        Run();
        Assert.Equal(["not fetched s9 from n0: a piece has not the length that was asked for"], _taker.Observer.Lines);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Read(InMemorySnapshotStore store, long slot)
    {
        using var copy = new MemoryStream();
        using var stream = store.Open(GroupId.Default, new(slot))!;
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private void Deliver(NodeId from, NodeId to, Message message) =>
        (to == Giver ? _giver : _taker).Transfer.OnMessage(from, message);

    private void Run(int ticks = 200)
    {
        for (var tick = 0; tick <= ticks; tick++)
        {
            while (_network.DeliverOne(Deliver) || _giver.Worker.RunOnce() || _taker.Worker.RunOnce())
            {
            }

            if (tick < ticks)
            {
                var now = _network.Advance(TimeSpan.FromMilliseconds(250));
                _giver.Transfer.OnTick(now);
                _taker.Transfer.OnTick(now);
            }
        }
    }

    private sealed class Node : IExecution
    {
        public Node(NodeId id, TestNetwork network)
        {
            Transfer = new(
                GroupId.Default,
                Epoch.First,
                Store,
                network.EndOf(id),
                Worker,
                new() { PieceBytesMax = 100, PiecesInFlightMax = 3 });
            Transfer.Attach(Replica, this, Observer);
        }

        public InMemorySnapshotStore Store { get; } = new();

        public PumpedWorker Worker { get; } = new();

        public RecordingReplica Replica { get; } = new();

        public RecordingObserver Observer { get; } = new();

        public SnapshotTransfer Transfer { get; }

        public List<Slot> Installed { get; } = [];

        public Slot Applied => default;

        public EpochStart Began => EpochStart.Genesis(new(Epoch.First, []));

        public string? Failure => null;

        public async Task SaveAsync(long slot, byte[] bytes)
        {
            await using var draft = Store.Create(GroupId.Default, new(slot));
            await draft.Stream.WriteAsync(bytes);
            await draft.CommitAsync(CancellationToken.None);
        }

        public void Apply(IReadOnlyList<ChosenValue> values) => throw new NotSupportedException();

        public void Query(PendingQuery query) => throw new NotSupportedException();

        public void Install(Slot snapshot) => Installed.Add(snapshot);
    }

    private sealed class TestNetwork
    {
        private readonly List<(NodeId From, NodeId To, Message Message)> _waiting = [];
        private Instant _now = new(1_000_000);

        public Random? Chaos { get; set; }

        public bool Cut { get; set; }

        public Func<Message, Message?>? Rewrite { get; set; }

        public int Sent { get; private set; }

        public int Waiting => _waiting.Count;

        public ITransport EndOf(NodeId self) => new End(this, self);

        public Instant Advance(TimeSpan span) => _now += span;

        public void Clear() => _waiting.Clear();

        public bool DeliverOne(Action<NodeId, NodeId, Message> deliver)
        {
            if (_waiting.Count == 0)
            {
                return false;
            }

            var index = Chaos?.Next(_waiting.Count) ?? 0;
            var (from, to, message) = _waiting[index];
            _waiting.RemoveAt(index);
            if (Chaos is not null && Chaos.Next(5) == 0)
            {
                return true;
            }

            if (Chaos is not null && Chaos.Next(5) == 0)
            {
                _waiting.Add((from, to, message));
            }

            deliver(from, to, message);
            return true;
        }

        private sealed class End(TestNetwork network, NodeId self) : ITransport
        {
            public Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken) =>
                Task.CompletedTask;

            public bool Send(NodeId to, GroupId group, Epoch epoch, Message message)
            {
                network.Sent++;
                if (!network.Cut && (network.Rewrite is null ? message : network.Rewrite(message)) is { } sent)
                {
                    network._waiting.Add((self, to, sent));
                }

                return true;
            }

            public void Flush()
            {
            }

            public PeerStatus StatusOf(NodeId peer) => throw new NotSupportedException();

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
