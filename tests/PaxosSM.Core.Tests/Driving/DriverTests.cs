using PaxosSM.Messages;
using PaxosSM.Runtime;

namespace PaxosSM.Core.Tests.Driving;

/// <summary>The driver's part of the rules: what leaves when, whose word counts, when a replica halts.</summary>
public sealed class DriverTests : IAsyncDisposable
{
    private static readonly Ballot One = new(1, new(1), 1);
    private static readonly LaneOwner Owner = new(new(1), 1);
    private readonly DriverRig _rig = new();

    [Fact]
    public void An_answer_waits_for_its_own_write()
    {
        _rig.Receive(1, new Prepare(One));
        Assert.Empty(_rig.Sent.OfType<Promise>());

        _rig.MakeDurable();
        Assert.Single(_rig.Sent.OfType<Promise>());
    }

    [Fact]
    public void An_answer_without_a_write_waits_for_the_writes_before_it()
    {
        _rig.Receive(1, new Prepare(One));
        _rig.Receive(1, new Prepare(One));
        Assert.Empty(_rig.Sent.OfType<Promise>());

        _rig.MakeDurable();
        Assert.Equal(2, _rig.Sent.OfType<Promise>().Count());
    }

    [Fact]
    public void A_sync_is_one_append()
    {
        Value view = new(ValueKind.View, LogTime.Zero, default);
        _rig.Receive(1, new Prepare(One));
        _rig.MakeDurable();
        _rig.Receive(1, new Sync(One, Slot.Zero, new(One, new(3), [Owner]), [view, view]));

        Assert.Equal(1, _rig.Log.Pump());
        Assert.Equal(2, _rig.Log.DurableOf(DriverRig.Group).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_happens_for_each_slot_is_told_where_somebody_wants_it(bool wanted)
    {
        Value view = new(ValueKind.View, LogTime.Zero, default);
        Value command = new(ValueKind.Commands, LogTime.Zero, default);
        _rig.WantsSlots = wanted;
        _rig.Receive(1, new Prepare(One));
        _rig.MakeDurable();
        _rig.Receive(1, new Sync(One, Slot.Zero, new(One, new(2), [Owner]), [view]));
        _rig.MakeDurable();
        _rig.Receive(1, new Accept(One, default, new(2), command, new(1), new(1)));
        _rig.MakeDurable();

        Assert.Single(_rig.Sent.OfType<Accepted>(), accepted => accepted.Through == new Slot(2));
        Assert.Single(_rig.Told.OfType<PromiseMade>());
        Assert.Equal(wanted, _rig.Told.OfType<SlotVoted>().Any());
        Assert.Equal(wanted, _rig.Told.OfType<FrontierMoved>().Any());
    }

    [Fact]
    public async Task Each_message_is_of_its_own_sender_and_epoch()
    {
        Ballot two = new(2, new(2), 1);
        await _rig.Driver.PostAsync(new(1), Epoch.First, new Prepare(One));
        await _rig.Driver.PostAsync(new(2), new(9), new Prepare(two));
        _rig.Driver.Pump(default);
        _rig.MakeDurable();

        Assert.Equal(One, Assert.Single(_rig.Told.OfType<PromiseMade>()).Ballot);
    }

    [Fact]
    public async Task A_member_on_another_storage_than_the_listed_one_has_no_vote()
    {
        NodePump pump = new(
            new()
            {
                Self = new(0),
                Members = [new(0), new(1), new(2)],
                Transport = _rig,
                Log = _rig.Log,
                IsStranger = (_, node) => node == new NodeId(1),
            },
            default);
        pump.Add(_rig.Driver);
        Message[] votes =
        [
            new Promise(One, Slot.Zero, Ballot.None, Slot.Zero, null, [], []),
            new SyncAccepted(One, Slot.Zero),
            new Accepted(One, default, Slot.Zero, new(1)),
            new HeartbeatAck(One, 1, Slot.Zero, true, true),
            new VotesReply(One, default, [], [], []),
            new CanvassReply(1, true, Ballot.None),
        ];
        foreach (var vote in votes)
        {
            Assert.Equal(0, await WakesAt(pump, 1, vote));
            Assert.NotEqual(0, await WakesAt(pump, 2, vote));
        }

        Assert.NotEqual(0, await WakesAt(pump, 1, new LearnRequest(new(1), 1, false)));
    }

    [Theory]
    [InlineData(900, true)]
    [InlineData(1100, false)]
    public async Task A_node_whose_log_stands_still_tells_that_it_is_not_well(int milliseconds, bool healthy)
    {
        await using StalledLog log = new(TimeSpan.FromMilliseconds(milliseconds));
        NodePump pump = new(
            new()
            {
                Self = new(0),
                Members = [new(0), new(1)],
                Transport = _rig,
                Log = log,
            },
            default);
        pump.Run(default, LogTime.Zero);

        Assert.Equal(healthy, _rig.Sent.OfType<Alive>().Single().Healthy);
    }

    [Fact]
    public void A_replica_that_is_outvoted_halts()
    {
        _rig.Driver.Post(new DigestTaken(new(4096), 1, 1));
        _rig.Receive(1, new Checkpoint(new(4096), 2, 2, Slot.Zero, Slot.Zero));
        Assert.Null(_rig.Driver.Status.Halted);

        _rig.Receive(2, new Checkpoint(new(4096), 2, 2, Slot.Zero, Slot.Zero));
        Assert.NotNull(_rig.Driver.Status.Halted);
        Assert.Contains("s4096", _rig.HaltedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_flush_of_another_file_of_the_device_halts_the_replica()
    {
        _rig.DeviceFailure = "a snapshot was not flushed";
        _rig.Driver.Tick(default, LogTime.Zero);

        Assert.Contains("a snapshot was not flushed", _rig.HaltedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_that_halts_takes_back_what_it_showed_ahead_of_choice()
    {
        _rig.Driver.Pump(default);
        Assert.False(_rig.TookBack);
        _rig.DeviceFailure = "a snapshot was not flushed";
        _rig.Driver.Tick(default, LogTime.Zero);

        Assert.True(_rig.TookBack);
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private async Task<int> WakesAt(NodePump pump, ushort from, Message message)
    {
        _rig.Driver.Pump(default);
        var before = _rig.Wakes;
        await pump.OnMessageAsync(new(from), DriverRig.Group, Epoch.First, message);
        return _rig.Wakes - before;
    }
}
