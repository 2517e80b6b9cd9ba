using System.Buffers;
using PaxosSM.Execution;
using PaxosSM.Log;
using PaxosSM.Runtime.Execution;
using PaxosSM.Runtime.InMemory;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>R27: a machine with a durable store of its own has each effect once, whenever its process dies; and a store
/// that does not fit the log is restored or refused.</summary>
public sealed class OwnStoreTests
{
    private const int Slots = 36;
    private const string Owner = "cluster x, fork 1, storage 1";
    private static readonly LogExtent WholeLog = new(Slot.Zero, new(1), new(Slots));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(256)]
    public void Whenever_the_process_dies_each_effect_is_there_once_and_sessions_are_right(int roundSlots)
    {
        TestStore undisturbed = new();
        var (expected, told) = Run(undisturbed, roundSlots);
        var deaths = 0;
        for (var step = 0; ; step++)
        {
            TestStore store = new() { StepsUntilDeath = step };
            SortedDictionary<string, string> heard = new(StringComparer.Ordinal);
            var isDead = false;
            try
            {
                Run(store, roundSlots, heard);
            }
            catch (DeathException)
            {
                isDead = true;
                deaths++;
            }

            store.StepsUntilDeath = int.MaxValue;
            var (state, _) = Run(store, roundSlots, heard);
            Assert.Empty(store.ToldTooEarly);
            Assert.Equal(undisturbed.Effects, store.Effects);
            Assert.Equal(undisturbed.State, store.State);
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(state));
            Assert.Subset(new HashSet<string>(told.Keys), new HashSet<string>(heard.Keys));
            if (!isDead)
            {
                break;
            }
        }

        Assert.True(deaths > 2 * Slots / roundSlots, $"the process died {deaths} times only");
    }

    [Fact]
    public void What_is_handed_on_is_what_follows_the_last_unit()
    {
        TestStore store = new();
        Run(store, 4, through: 20);
        var loop = NewLoop(store, out var executor);
        Assert.Equal(new Slot(20), Recover(loop, WholeLog).Slot);
        Assert.Equal(new Slot(20), executor.Applied);
        Assert.Equal(Slot.Zero, Recover(NewLoop(store, out _), WholeLog).Saved);
    }

    [Fact]
    public void A_unit_is_as_large_as_what_changed_not_as_the_table()
    {
        TestStore store = new();
        var loop = NewLoop(store, out _);
        Recover(loop, WholeLog);
        TestBatch batch = new();
        for (var session = 1; session <= 100; session++)
        {
            batch.Open(session, SessionMode.Ordered, 100, 60_000);
        }

        loop.Apply([new(new(1), batch.At(0))]);
        loop.RunOnce();
        loop.Apply([new(new(2), new TestBatch().Command(7, 1).At(1))]);
        loop.RunOnce();
        loop.Apply([new(new(3), new TestBatch().Command(7, 2, acknowledged: 1).At(2))]);
        loop.RunOnce();
        Assert.Equal([101, 3, 4], store.Units);
    }

    [Fact]
    public void A_store_behind_the_logs_start_is_refused_where_the_machine_cant_restore()
    {
        TestStore store = new() { CanRestore = false };
        Run(store, 4, through: 20);
        Recover(NewLoop(store, out _), new(new(20), new(21), new(30)));
        var refused = Assert.Throws<InvalidDataException>(
            () => Recover(NewLoop(store, out _), new(new(21), new(22), new(30))));
        Assert.Contains("holds what is applied through s20", refused.Message, StringComparison.Ordinal);
        Assert.Contains("begins after s21", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_behind_the_logs_start_is_restored_from_the_newest_snapshot_where_the_machine_can()
    {
        TestStore store = new();
        InMemorySnapshotStore snapshots = new();
        Run(store, 4, through: 10);
        var old = store.Copy();
        Run(store, 4, through: 25, snapshots: snapshots, snapshot: true);
        Assert.Equal(new Slot(25), snapshots.Latest(GroupId.Default));

        var loop = NewLoop(old, out var executor, snapshots);
        var restored = Recover(loop, new(new(24), new(25), new(30)));
        Assert.Equal((new Slot(25), new Slot(25)), (restored.Slot, restored.Saved));
        Assert.Equal(new Slot(25), old.Applied);
        Assert.Equal(store.State, old.State);

        // What was restored is durable, records included.
        var again = NewLoop(old, out var reopened);
        Assert.Equal(new Slot(25), Recover(again, new(new(24), new(25), new(30))).Slot);
        Assert.Equal(StateOf(executor), StateOf(reopened));
    }

    [Theory]
    [InlineData(true, 25)]
    [InlineData(false, 10)]
    public void A_store_behind_the_newest_snapshot_is_restored_though_the_log_is_whole_where_the_machine_can(
        bool canRestore, long reached)
    {
        TestStore store = new();
        InMemorySnapshotStore snapshots = new();
        Run(store, 4, through: 10);
        var old = store.Copy();
        old.CanRestore = canRestore;
        Run(store, 4, through: 25, snapshots: snapshots, snapshot: true);
        var restored = Recover(NewLoop(old, out _, snapshots), WholeLog);
        Assert.Equal((new Slot(reached), new Slot(25)), (restored.Slot, restored.Saved));
        Assert.Equal(new Slot(reached), old.Applied);
    }

    [Fact]
    public void A_store_behind_a_log_whose_snapshot_is_gone_waits_for_another_replicas()
    {
        TestStore store = new();
        Run(store, 4, through: 10);
        Assert.Equal(new Slot(10), Recover(NewLoop(store, out _), new(new(24), new(25), new(30))).Slot);
    }

    [Fact]
    public void A_store_ahead_of_all_that_the_log_knows_is_refused()
    {
        TestStore store = new();
        Run(store, 4, through: 20);
        Recover(NewLoop(store, out _), new(Slot.Zero, new(1), new(20)));
        var refused = Assert.Throws<InvalidDataException>(
            () => Recover(NewLoop(store, out _), new(Slot.Zero, new(1), new(19))));
        Assert.Contains("know of nothing after s19", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_of_another_disk_or_group_is_refused()
    {
        TestStore store = new();
        Run(store, 4, through: 20);
        var disk = Assert.Throws<InvalidDataException>(
            () => Recover(NewLoop(store, out _, owner: "cluster x, fork 1, storage 2"), WholeLog));
        Assert.Contains($"it belongs to {Owner}", disk.Message, StringComparison.Ordinal);
        StoredMachine machine = new(store);
        Executor other = new(new(2), TestExecutor.ThreeMembers, machine, new StoreSink(store))
        {
            StoreOwner = () => Owner,
        };
        var group = Assert.Throws<InvalidDataException>(() => Recover(NewLoop(other, new()), WholeLog));
        Assert.Contains("it is of group g1, not g2", group.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_is_damaged_or_missing_is_noticed()
    {
        TestStore sound = new();
        Run(sound, 4, through: 20);
        for (var place = 0; place < sound.Records.Count; place++)
        {
            foreach (var lose in new[] { false, true })
            {
                var store = sound.Copy();
                store.Damage(place, lose);
                Assert.Throws<InvalidDataException>(() => Recover(NewLoop(store, out _), WholeLog));
            }
        }
    }

    [Fact]
    public void A_snapshot_of_another_replica_is_installed_durably_or_halts_a_machine_that_cant_restore()
    {
        TestStore source = new();
        InMemorySnapshotStore snapshots = new();
        Run(source, 4, through: 25, snapshots: snapshots, snapshot: true);

        TestStore store = new();
        var loop = NewLoop(store, out _, snapshots);
        loop.Install(new(25));
        loop.RunOnce();
        Assert.Null(loop.Failure);
        Assert.Equal(new Slot(25), store.Applied);
        Assert.Equal(source.State, store.State);

        TestStore stiff = new() { CanRestore = false };
        var halted = NewLoop(stiff, out _, snapshots);
        halted.Install(new(25));
        halted.RunOnce();
        Assert.Contains("the machine can't restore their snapshot of s25", halted.Failure, StringComparison.Ordinal);
        Assert.Equal(Slot.Zero, stiff.Applied);
    }

    [Fact]
    public void The_newest_durable_snapshot_is_told_with_the_store_for_the_process_may_have_died_before_it_told()
    {
        TestStore store = new();
        InMemorySnapshotStore snapshots = new();
        Run(store, 4, through: 20, snapshots: snapshots, snapshot: true);
        Run(store, 4, through: 25, snapshots: snapshots);
        RecordingObserver observer = new();
        Executor executor = new(
            GroupId.Default, TestExecutor.ThreeMembers, new StoredMachine(store), new StoreSink(store))
        {
            StoreOwner = () => Owner,
        };
        Recover(new(executor, snapshots, new PumpedWorker(), new(), observer), WholeLog);
        Assert.Equal(["opened s25, saved s20"], observer.Lines);
    }

    private static byte[] StateOf(Executor executor)
    {
        ArrayBufferWriter<byte> state = new();
        executor.WriteState(state);
        return state.WrittenSpan.ToArray();
    }

    private static RecoveredState Recover(ApplyLoop loop, LogExtent log) =>
        loop.RecoverAsync(log: log).AsTask().GetAwaiter().GetResult();

    private static ApplyLoop NewLoop(
        TestStore store, out Executor executor, InMemorySnapshotStore? snapshots = null, string owner = Owner)
    {
        executor = new(GroupId.Default, TestExecutor.ThreeMembers, new StoredMachine(store), new StoreSink(store))
        {
            StoreOwner = () => owner,
        };
        return NewLoop(executor, snapshots ?? new());
    }

    private static ApplyLoop NewLoop(Executor executor, InMemorySnapshotStore snapshots, int roundSlots = 256)
    {
        PumpedWorker worker = new();
        ApplyLoop loop = new(executor, snapshots, worker, new() { RoundSlotsMax = roundSlots });
        loop.Attach(new RecordingReplica());
        return loop;
    }

    // One life: from what the store holds to the end of the log, or to the death.
    private static (byte[] State, SortedDictionary<string, string> Told) Run(
        TestStore store,
        int roundSlots,
        SortedDictionary<string, string>? heard = null,
        int through = Slots,
        InMemorySnapshotStore? snapshots = null,
        bool snapshot = false)
    {
        StoreSink sink = new(store);
        Executor executor = new(GroupId.Default, TestExecutor.ThreeMembers, new StoredMachine(store), sink)
        {
            StoreOwner = () => Owner,
        };
        PumpedWorker worker = new();
        ApplyLoop loop = new(executor, snapshots ?? new(), worker, new() { RoundSlotsMax = roundSlots });
        loop.Attach(new RecordingReplica());
        var from = Recover(loop, WholeLog).Slot;
        List<ChosenValue> values = [];
        for (var slot = from.Next; slot.Index <= through; slot = slot.Next)
        {
            values.Add(new(slot, ValueOf(slot.Index)));
        }

        loop.Apply(values);
        while (loop.RunOnce() && loop.Failure is null)
        {
        }

        foreach (var text in sink.Told.Keys)
        {
            heard?.TryAdd(text, text);
        }

        if (loop.Failure is not null)
        {
            throw new DeathException();
        }

        if (snapshot)
        {
            while (worker.RunOnce())
            {
            }

            loop.RequestSnapshot();
            loop.RunOnce();
            while (worker.RunOnce())
            {
            }
        }

        return (StateOf(executor), sink.Told);
    }

    // Sessions that open, send, repeat, leave gaps, acknowledge, close and expire; timers that are set, fire, and are
    // cancelled.
    private static Value ValueOf(long slot) => (slot % 12) switch
    {
        1 => new TestBatch()
            .Open((int)slot, SessionMode.Ordered, 8, 60_000).Open((int)slot + 100, SessionMode.Unordered, 4, 40)
            .At(slot * 5),
        2 => new TestBatch().Command(FirstOf(slot), 1, 0, (byte)'T', 3, 20).Command(FirstOf(slot), 2).At(slot * 5),
        3 => new TestBatch().Command(FirstOf(slot) + 1, 3).Command(FirstOf(slot) + 1, 1).At(slot * 5),
        4 => new TestBatch()
            .Command(FirstOf(slot), 2).Command(FirstOf(slot), 5).Command(FirstOf(slot), 3, 1).At(slot * 5),
        5 => TestBatch.Skip(slot * 5),
        6 => new TestBatch().Command(FirstOf(slot), 4, 2, (byte)'T', 4, 5).KeepAlive(FirstOf(slot), 0, 3).At(slot * 5),
        7 => new TestBatch().Command(FirstOf(slot), 5, 3, (byte)'C', 3).Command(FirstOf(slot), 6, 5).At(slot * 5),
        9 => new TestBatch().Command(FirstOf(slot) + 1, 2, 1).Command(FirstOf(slot) + 1, 4).At(slot * 5),
        10 when slot < 20 => new TestBatch().Close(FirstOf(slot), 0).Command(FirstOf(slot), 7).At(slot * 5),
        11 => TestBatch.Skip((slot * 5) + 35),
        _ => new TestBatch().Command(FirstOf(slot), slot).At(slot * 5),
    };

    // Two sessions are opened every twelve slots.
    private static long FirstOf(long slot) => (2 * ((slot - 1) / 12)) + 1;
}
