using PaxosSM.Execution;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.InMemory;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Rounds, queries, failures and snapshots of the apply loop, pumped by hand.</summary>
public sealed class ApplyLoopTests
{
    [Fact]
    public void A_round_applies_many_values_and_tells_the_core_once()
    {
        var loop = new TestLoop();
        loop.Apply(1, 5);
        loop.Apply(6, 10);
        Assert.True(loop.Loop.RunOnce());
        Assert.False(loop.Loop.RunOnce());
        Assert.Equal(
            [new Executed(new(10), TestBatch.Milliseconds(10), TestBatch.Milliseconds(60_010))], loop.Replica.Posted);
        Assert.Equal(10, loop.Sink.All.Count);
        Assert.Equal(1, loop.Sink.Rounds);
        Assert.Equal(new Slot(10), loop.Loop.Applied);
    }

    [Fact]
    public void A_round_is_bounded_in_slots_and_bytes()
    {
        var loop = new TestLoop(options: new() { RoundSlotsMax = 3 });
        loop.Apply(1, 8);
        loop.RunAll();
        Assert.Equal([3L, 6, 8], loop.Replica.Of<Executed>().Select(each => each.Through.Index));
        loop = new(options: new() { RoundBytesMax = 1 });
        loop.Apply(1, 2);
        loop.RunAll();
        Assert.Equal([1L, 2], loop.Replica.Of<Executed>().Select(each => each.Through.Index));
    }

    [Fact]
    public void Digests_are_taken_at_checkpoint_slots_and_equal_on_replicas_that_work_in_other_rounds()
    {
        var one = new TestLoop(options: new() { CheckpointSlots = 4 });
        var other = new TestLoop(options: new() { CheckpointSlots = 4, RoundSlotsMax = 1 });
        one.Apply(1, 9);
        other.Apply(1, 9);
        one.RunAll();
        other.RunAll();
        Assert.Equal([4L, 8], one.Replica.Of<DigestTaken>().Select(each => each.Slot.Index));
        Assert.Equal(one.Replica.Of<DigestTaken>(), other.Replica.Of<DigestTaken>());
    }

    [Fact]
    public void A_query_waits_for_its_bound_and_overtakes_those_with_a_later_one()
    {
        var loop = new TestLoop();
        var late = loop.Ask(4);
        var soon = loop.Ask(2);
        var now = loop.Ask(0);
        loop.RunAll();
        Assert.Equal("0 at s0", now.End);
        loop.Apply(1, 2);
        loop.RunAll();
        Assert.Equal("1 at s2", soon.End);
        Assert.Null(late.End);
        loop.Apply(3, 5);
        loop.RunAll();
        Assert.Equal("4 at s5", late.End);
    }

    [Fact]
    public void A_query_that_throws_fails_alone()
    {
        var loop = new TestLoop();
        var bad = loop.Ask(0, 1);
        var good = loop.Ask(0);
        loop.RunAll();
        Assert.Equal(
            "BadRequest: the state machine threw InvalidOperationException at the query: no such query",
            bad.End);
        Assert.Equal("0 at s0", good.End);
        Assert.Null(loop.Loop.Failure);
    }

    [Fact]
    public void More_queries_than_the_bound_are_told_busy_until_some_are_answered()
    {
        var loop = new TestLoop(options: new() { QueriesMax = 2 });
        loop.Ask(1);
        loop.Ask(1);
        loop.RunAll();
        Assert.StartsWith("Busy", loop.Ask(1).End, StringComparison.Ordinal);
        loop.Apply(1, 1);
        loop.RunAll();
        Assert.Null(loop.Ask(2).End);
    }

    [Fact]
    public void A_machine_that_throws_halts_the_loop_naming_slot_and_command_and_fails_the_queries()
    {
        var loop = new TestLoop();
        loop.Apply(1, 3);
        loop.Loop.Apply([new(new(4), new TestBatch().Command(1, 3).Command(1, 4, 0, (byte)'X').At(4))]);
        loop.Apply(5, 6);
        var waiting = loop.Ask(6);
        loop.RunAll();
        const string Failure = "the state machine threw InvalidOperationException at slot s4, command 1 (c1 #4): boom";
        Assert.Equal(Failure, loop.Loop.Failure);
        Assert.Equal($"Stopped: {Failure}", waiting.End);
        Assert.Equal($"Stopped: {Failure}", loop.Ask(0).End);
        Assert.Equal(new Slot(3), loop.Loop.Applied);
        Assert.Equal(new Slot(3), Assert.Single(loop.Replica.Of<Executed>()).Through);
        Assert.Equal(1, loop.Sink.Rounds);
        Assert.Contains($"halted: {Failure}", loop.Observer.Lines);
        loop.Apply(5, 6);
        Assert.False(loop.Loop.RunOnce());
    }

    [Fact]
    public void A_stopped_loop_tells_its_queries()
    {
        var loop = new TestLoop();
        var waiting = loop.Ask(6);
        loop.Loop.RunOnce();
        var queued = loop.Ask(6);
        loop.Loop.Stop();
        Assert.Equal("Stopped: this replica is stopping", waiting.End);
        Assert.Equal("Stopped: this replica is stopping", queued.End);
        Assert.Equal("Stopped: this replica is stopping", loop.Ask(0).End);
    }

    [Fact]
    public void Commands_go_on_while_a_snapshot_is_written_and_it_holds_the_state_of_its_slot()
    {
        var loop = new TestLoop();
        loop.Apply(1, 5);
        loop.Loop.RunOnce();
        loop.Loop.RequestSnapshot();
        loop.Loop.RunOnce();
        loop.Apply(6, 9);
        loop.Loop.RunOnce();
        Assert.Equal(new Slot(9), loop.Loop.Applied);
        Assert.Empty(loop.Replica.Of<SnapshotSaved>());
        loop.RunAll();
        Assert.Equal(new Slot(5), Assert.Single(loop.Replica.Of<SnapshotSaved>()).Slot);
        Assert.Equal(1, loop.Machine.SnapshotsDisposed);

        var restarted = new TestLoop(loop.Store);
        var state = Recover(restarted);
        Assert.Equal(new(5), state.Slot);
        Assert.Equal(TestBatch.Milliseconds(5), state.Time);
        Assert.Equal(TestBatch.Milliseconds(60_005), state.NextDeadline);
        Assert.Equal(Epoch.First, state.Epoch.Epoch);
        Assert.Equal(4, restarted.Machine.Count);
        restarted.Apply(6, 9);
        restarted.RunAll();
        Assert.Equal(loop.Machine.Digest, restarted.Machine.Digest);
        Assert.Equal(loop.Sink.All[5..], restarted.Sink.All);
    }

    [Fact]
    public void Snapshots_are_taken_by_bytes_and_by_slots_and_the_older_ones_deleted()
    {
        var bytes = TestLoop.ValueOf(2).Size;
        var snapshots = new SnapshotOptions { LogBytesMin = 3 * bytes, LogBytesMax = 3 * bytes };
        var loop = new TestLoop(options: new() { Snapshots = snapshots });
        for (var slot = 1; slot <= 12; slot++)
        {
            loop.Apply(slot, slot);
            loop.RunAll();
        }

        Assert.Equal([3L, 7, 11], loop.Replica.Of<SnapshotSaved>().Select(each => each.Slot.Index));
        Assert.Equal([new Slot(11)], loop.Store.SlotsOf(GroupId.Default));

        loop = new(options: new() { Snapshots = new() { SlotsMax = 5 } });
        for (var slot = 1; slot <= 12; slot++)
        {
            loop.Apply(slot, slot);
            loop.RunAll();
        }

        Assert.Equal([5L, 10], loop.Replica.Of<SnapshotSaved>().Select(each => each.Slot.Index));
    }

    [Fact]
    public void A_large_snapshot_makes_the_next_one_wait_for_as_many_bytes()
    {
        var loop = new TestLoop(options: new() { Snapshots = new() { LogBytesMin = 1 }, RoundSlotsMax = 1 });
        loop.Apply(1, 1);
        loop.RunAll();
        var (_, length) = loop.Store.ReadPiece(GroupId.Default, new(1), 0, new byte[1]);
        var slots = (int)(length / TestLoop.ValueOf(2).Size);
        loop.Apply(2, 1 + slots);
        loop.RunAll();
        Assert.Single(loop.Replica.Of<SnapshotSaved>());
        loop.Apply(2 + slots, 2 + slots);
        loop.RunAll();
        Assert.Equal(2, loop.Replica.Of<SnapshotSaved>().Count());
    }

    [Fact]
    public void A_full_disk_costs_nothing_but_time_and_is_tried_again_with_back_off()
    {
        var loop = new TestLoop();
        loop.Store.WriteFault = new("disk full");
        loop.Apply(1, 3);
        loop.Loop.RequestSnapshot();
        loop.RunAll();
        loop.Clock.Advance(TimeSpan.FromSeconds(0.9));
        loop.RunAll();
        Assert.Equal(["not saved s3: disk full; again in 1 s"], loop.Observer.Lines);
        loop.Clock.Advance(TimeSpan.FromSeconds(0.1));
        loop.RunAll();
        loop.Apply(4, 6);
        loop.RunAll();
        loop.Store.WriteFault = null;
        loop.Clock.Advance(TimeSpan.FromSeconds(2));
        loop.RunAll();
        Assert.Equal(
            ["not saved s3: disk full; again in 1 s", "not saved s3: disk full; again in 2 s", "saved s6"],
            loop.Observer.Lines);
        Assert.Null(loop.Loop.Failure);
    }

    [Fact]
    public void A_damaged_snapshot_is_named_when_the_replica_starts()
    {
        var loop = Snapshotted(5);
        loop.Store.Damage(GroupId.Default, new(5), 40);
        var refusal = Assert.Throws<InvalidDataException>(() => Recover(new(loop.Store)));
        Assert.Contains(
            "the snapshot of group g1 at slot s5 can't be restored", refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_set_aside_and_an_older_one_or_none_serves()
    {
        var loop = Snapshotted(5);
        var reader = loop.Store.Open(GroupId.Default, new(5)); // Keeps it from deletion.
        loop.Apply(6, 8);
        loop.Loop.RequestSnapshot();
        loop.RunAll();
        loop.Store.Damage(GroupId.Default, new(8), 40);
        var older = new TestLoop(loop.Store);
        var machine = new CountingMachine();
        Assert.Equal(new Slot(5), (await older.Loop.RecoverAsync(() => Fresh(older, machine))).Slot);
        Assert.Equal(4, machine.Count);
        Assert.Equal(new Slot(5), older.Loop.Applied);
        Assert.Equal(
            ["damaged s8", "restored s5"], older.Observer.Lines.Select(line => line.Split(':')[0]));
        Assert.EndsWith("the one at slot s5 is tried", older.Observer.Lines[0], StringComparison.Ordinal);

        loop.Store.Damage(GroupId.Default, new(5), 40);
        var empty = new TestLoop(loop.Store);
        Assert.Equal(Slot.Zero, (await empty.Loop.RecoverAsync(() => Fresh(empty, new()))).Slot);
        Assert.EndsWith("fetches what it lacks from another one", empty.Observer.Lines[0], StringComparison.Ordinal);
        Assert.Equal(Slot.Zero, loop.Store.Latest(GroupId.Default));
        empty.Apply(1, 3);
        empty.RunAll();
        Assert.Equal(new Slot(3), empty.Loop.Applied);
        reader?.Dispose();
    }

    [Fact]
    public async Task An_intact_snapshot_that_is_refused_is_kept_as_the_disk_is_not_at_fault()
    {
        var store = new InMemorySnapshotStore();
        await using (var draft = store.Create(GroupId.Default, new(5)))
        {
            await draft.Stream.WriteAsync(new byte[1000]);
            await draft.CommitAsync(default);
        }

        var loop = new TestLoop(store);
        await Assert.ThrowsAsync<InvalidDataException>(
            async () => await loop.Loop.RecoverAsync(() => Fresh(loop, new())));
        Assert.Equal(new Slot(5), store.Latest(GroupId.Default));
        Assert.Empty(loop.Observer.Lines);
    }

    [Fact]
    public void Installing_a_snapshot_skips_what_it_covers_and_keeps_what_follows()
    {
        var ahead = Snapshotted(7);
        var behind = new TestLoop(ahead.Store);
        behind.Apply(1, 3);
        behind.Loop.RunOnce();
        behind.Apply(4, 9);
        behind.Loop.Install(new(7));
        behind.RunAll();
        ahead.Apply(8, 9);
        ahead.RunAll();
        Assert.Equal(new Slot(9), behind.Loop.Applied);
        Assert.Equal(ahead.Machine.Digest, behind.Machine.Digest);
        Assert.Equal(
            [
                new SnapshotInstalled(new(7), TestBatch.Milliseconds(7), TestBatch.Milliseconds(60_007))
                {
                    Epoch = behind.Loop.Began,
                },
            ],
            behind.Replica.Of<SnapshotInstalled>());
    }

    [Fact]
    public void What_an_installed_snapshot_covers_is_answered_from_its_session_table()
    {
        var ahead = Snapshotted(7);
        var behind = new TestLoop(ahead.Store);
        behind.Apply(1, 3);
        behind.RunAll();
        behind.Sink.All.Clear();
        var rounds = behind.Sink.Rounds;

        behind.Loop.Install(new(7));
        behind.RunAll();

        // All that the client has not acknowledged: some of it may have been asked for again, and be covered here.
        Told[] opening = [new(0, 1, PaxosError.None, 0, 7, 1)];
        var commands = from sequence in Enumerable.Range(1, 6)
                       select new Told(1, sequence, PaxosError.None, 0, sequence + 1, sequence);
        Assert.Equal([.. opening, .. commands], behind.Sink.All);
        Assert.True(behind.Sink.Rounds > rounds);
    }

    [Fact]
    public void Installing_a_snapshot_waits_until_the_capture_under_way_is_written()
    {
        var ahead = Snapshotted(7);
        var behind = new TestLoop(ahead.Store);
        behind.Apply(1, 3);
        behind.Loop.RunOnce();
        behind.Loop.RequestSnapshot();
        behind.Loop.RunOnce();
        behind.Loop.Install(new(7));
        behind.Apply(8, 9);
        var query = behind.Ask(0);
        Assert.True(behind.Loop.RunOnce());
        Assert.False(behind.Loop.RunOnce());
        Assert.Equal("2 at s3", query.End);
        Assert.Equal(new Slot(3), behind.Loop.Applied);
        behind.RunAll();
        Assert.Equal(["saved s3", "restored s7"], behind.Observer.Lines);
        Assert.Equal(new Slot(9), behind.Loop.Applied);
    }

    [Fact]
    public void Installing_a_snapshot_that_is_not_ahead_changes_nothing()
    {
        var loop = Snapshotted(5);
        loop.Apply(6, 8);
        loop.RunAll();
        loop.Sink.All.Clear();
        loop.Loop.Install(new(5));
        loop.RunAll();
        Assert.Empty(loop.Sink.All);
        Assert.Equal(new Slot(8), loop.Loop.Applied);
        Assert.DoesNotContain("restored s5", loop.Observer.Lines);
        loop.Apply(6, 9);
        loop.RunAll();
        Assert.Equal(new Slot(9), loop.Loop.Applied);
        Assert.Equal(8, loop.Machine.Count);
        Assert.Empty(loop.Replica.Of<SnapshotInstalled>());
        Assert.Single(loop.Replica.Of<SnapshotFailed>());
    }

    [Fact]
    public void Installing_a_damaged_snapshot_halts_the_loop_naming_it()
    {
        var ahead = Snapshotted(7);
        var behind = new TestLoop(ahead.Store);
        ahead.Store.Damage(GroupId.Default, new(7), 3);
        behind.Loop.Install(new(7));
        behind.RunAll();
        Assert.Contains(
            "the snapshot of group g1 at slot s7 can't be restored", behind.Loop.Failure,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thread_of_its_own_applies_what_is_queued_and_ends_when_told()
    {
        var loop = new TestLoop();
        var answered = new Signal { Bound = new(50) };
        var thread = new ApplyThread(loop.Loop, "apply");
        await using (thread)
        {
            thread.Start();
            loop.Loop.Query(answered);
            loop.Apply(1, 50);
            Assert.Equal(new Slot(50), await answered.Answered.Task);
        }

        Assert.StartsWith("Stopped", loop.Ask(0).End, StringComparison.Ordinal);
    }

    private static RecoveredState Recover(TestLoop loop) => loop.Loop.RecoverAsync().AsTask().GetAwaiter().GetResult();

    private static Executor Fresh(TestLoop loop, CountingMachine machine) =>
        new(GroupId.Default, TestExecutor.ThreeMembers, machine, loop.Sink);

    private static TestLoop Snapshotted(long through)
    {
        var loop = new TestLoop(new InMemorySnapshotStore());
        loop.Apply(1, through);
        loop.Loop.RequestSnapshot();
        loop.RunAll();
        Assert.Equal(new Slot(through), loop.Store.Latest(GroupId.Default));
        return loop;
    }

    private sealed class Signal : PendingQuery
    {
        public TaskCompletionSource<Slot> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void OnAnswer(in QueryContext context, ReadOnlySpan<byte> answer) =>
            Answered.TrySetResult(context.Slot);

        public override void OnFailure(PaxosError error, string message) =>
            Answered.TrySetException(new PaxosException(error, message));
    }
}
