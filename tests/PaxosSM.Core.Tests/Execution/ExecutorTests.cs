using PaxosSM.Execution;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Time, timers, views, hash chain, malformed batches and the snapshot's head (R19, R16, R28).</summary>
public sealed class ExecutorTests
{
    private readonly TestExecutor _executor = new();

    [Fact]
    public void The_log_s_time_is_the_greatest_stamp_so_far()
    {
        _executor.Apply(TestBatch.Skip(50));
        _executor.Apply(TestBatch.Skip(20));
        Assert.Equal(TestBatch.Milliseconds(50), _executor.Executor.Time);
    }

    [Fact]
    public void Timers_fire_in_order_of_due_time_and_id_before_the_first_command_of_the_batch_that_reached_them()
    {
        _executor.Apply(new TestBatch()
            .Open(1, SessionMode.Ordered, 9, 60_000)
            .Command(1, 1, 0, (byte)'T', 5, 10)
            .Command(1, 2, 0, (byte)'T', 4, 10)
            .Command(1, 3, 0, (byte)'T', 3, 20)
            .Command(1, 4, 0, (byte)'T', 2, 5)
            .Command(1, 5, 0, (byte)'C', 2)
            .At(0));
        Assert.Equal(TestBatch.Milliseconds(10), _executor.Executor.NextDeadline);
        _executor.Machine.Trace.Clear();
        _executor.Apply(TestBatch.Skip(9));
        _executor.Apply(new TestBatch().Command(1, 6).At(15));
        _executor.Apply(TestBatch.Skip(20));
        Assert.Equal(
            ["s3.-1 timer 4 t15000", "s3.-2 timer 5 t15000", "s3.0 c1#6 t15000", "s4.-1 timer 3 t20000"],
            _executor.Machine.Trace);
    }

    [Fact]
    public void A_timer_that_is_set_again_fires_once_at_its_new_time()
    {
        _executor.Apply(new TestBatch()
            .Open(1, SessionMode.Ordered, 9, 60_000).Command(1, 1, 0, (byte)'T', 5, 10)
            .Command(1, 2, 0, (byte)'T', 5, 30).At(0));
        _executor.Machine.Trace.Clear();
        _executor.Apply(TestBatch.Skip(29));
        Assert.Empty(_executor.Machine.Trace);
        _executor.Apply(TestBatch.Skip(30));
        _executor.Apply(TestBatch.Skip(31));
        Assert.Equal(["s3.-1 timer 5 t30000"], _executor.Machine.Trace);
    }

    [Fact]
    public void A_timer_set_for_a_time_gone_by_fires_at_the_next_slot_and_keeps_the_log_s_time_moving()
    {
        _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 9, 60_000).Command(1, 1, 0, (byte)'T', 5, 0)
            .At(7));
        Assert.Equal(new(7001), _executor.Executor.NextDeadline);
        _executor.Apply(TestBatch.Skip(7));
        Assert.Equal("s2.-1 timer 5 t7000", _executor.Machine.Trace[^1]);
    }

    [Fact]
    public void A_view_is_seen_with_its_leader_s_name()
    {
        var view = new View(new(3, new(1), 1), new(2), [new(new(1), 1)]);
        _executor.Apply(new(ValueKind.View, default, ViewCodec.Encode(view)));
        Assert.Equal(["s1 view 1 b of a,b,c"], _executor.Machine.Trace);
    }

    [Fact]
    public void What_follows_a_malformed_entry_is_void_and_the_slot_still_counts()
    {
        var told = _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000).Command(1, 1).Raw(1, 2, 3)
            .At(1));
        Assert.Equal(2, told.Count);
        told = _executor.Apply(new TestBatch().Raw(new byte[CommandEntry.HeaderSize - 1]).At(1));
        Assert.Empty(told);
        var tooLong = new byte[CommandEntry.HeaderSize + 5];
        CommandEntry.WriteHeader(tooLong, EntryKind.Command, new(1), 2, 0, 6);
        Assert.Empty(_executor.Apply(new TestBatch().Raw(tooLong).At(1)));
        CommandEntry.WriteHeader(tooLong, EntryKind.Command, new(1), 2, 0, -1);
        Assert.Empty(_executor.Apply(new TestBatch().Raw(tooLong).Command(1, 2).At(1)));
        Assert.Equal(new Slot(4), _executor.Executor.Applied);
        Assert.Equal(1, _executor.Machine.Count);
    }

    [Fact]
    public void An_entry_of_unknown_kind_or_with_a_bad_request_is_refused_and_the_next_one_is_applied()
    {
        var told = _executor.Apply(new TestBatch()
            .Add((EntryKind)77, 3, 4, 0, [1])
            .Add(EntryKind.OpenSession, 0, 0, 0, [1, 2])
            .Open(1, SessionMode.Ordered, 4, 1000).At(1));
        Assert.Equal([PaxosError.BadRequest, PaxosError.BadRequest, PaxosError.None], told.Select(each => each.Error));
    }

    [Fact]
    public void A_machine_that_throws_stops_the_executor_at_the_slot_and_command()
    {
        _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000).At(1));
        var failure = Assert.Throws<ExecutionFailedException>(
            () => _executor.Apply(new TestBatch().Command(1, 1).Command(1, 2, 0, (byte)'X').At(1)));
        Assert.Equal(new Slot(2), failure.Slot);
        Assert.Equal(
            "the state machine threw InvalidOperationException at slot s2, command 1 (c1 #2): boom",
            failure.Message);
        Assert.Equal(new Slot(1), _executor.Executor.Applied);
        Assert.Throws<InvariantViolationException>(() => _executor.Apply(TestBatch.Skip(1)));
    }

    [Fact]
    public void A_slot_out_of_turn_is_a_bug()
    {
        Assert.Throws<InvariantViolationException>(() => _executor.Executor.Apply(new(2), TestBatch.Skip(1)));
    }

    [Fact]
    public void The_hash_chain_is_pinned()
    {
        var chain = HashChain.Next(HashChain.Seed, new(1), TestBatch.Skip(0));
        Assert.Equal(17909449390171698999UL, chain);
        var value = new Value(ValueKind.Commands, new(123_456), new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 });
        chain = HashChain.Next(chain, new(2), value);
        Assert.Equal(16723400034747768978UL, chain);
    }

    [Fact]
    public void The_hash_chain_tells_slot_stamp_kind_bytes_and_length()
    {
        var value = new Value(ValueKind.Commands, new(5), new byte[] { 1 }, 77);
        ulong[] chains =
        [
            HashChain.Next(1, new(1), value),
            HashChain.Next(2, new(1), value),
            HashChain.Next(1, new(2), value),
            HashChain.Next(1, new(1), new(ValueKind.Stop, new(5), new byte[] { 1 }, 77)),
            HashChain.Next(1, new(1), new(ValueKind.Commands, new(6), new byte[] { 1 }, 77)),
            HashChain.Next(1, new(1), new(ValueKind.Commands, new(5), new byte[] { 1 }, 78)),
            HashChain.Next(1, new(1), new(ValueKind.Commands, new(5), new byte[] { 1, 0 }, 77)),
        ];
        Assert.Equal(chains.Length, chains.Distinct().Count());
    }

    [Fact]
    public void The_snapshot_s_head_is_pinned()
    {
        _executor.Apply(new TestBatch()
            .Open(1, SessionMode.Ordered, 4, 1000).Open(2, SessionMode.Unordered, 2, 2000).Command(1, 1).Command(2, 2)
            .Command(1, 2, 1, (byte)'T', 9, 100).At(1));
        string[] parts =
        [
            "58534D53020000009F0100009F5E96F4", // magic, version, length, checksum
            "0100000000000000010000000100000000000000E80300000000000053797A3C1773DF05", // group to chain
            "000000000000000000000000" + "7D000000" // where the epoch began
                + Convert.ToHexString(ConfigurationCodec.Encode(TestExecutor.ThreeMembers).Span),
            "0000010000000100000000010000000100000010020000000000000002000000", // limits, opened, open
            "0100000000000000010000000000000000000000000000000104000000E803000000000000E8030000000000"
                + "000100000000000000020000000000000001000000", // session 1
            "02000000000000000100000000000000080000000300000000000000", // its result 2
            "0200000000000000020000000000000000000000000000000202000000D007000000000000E8030000000000"
                + "000000000000000000020000000000000001000000", // session 2
            "02000000000000000100000000000000080000000200000000000000", // its result 2
            "01000000888A0100000000000900000000000000", // timers
        ];
        Assert.Equal(string.Concat(parts), Convert.ToHexString(_executor.State));

        // Version 1 had nothing of epochs: what it tells is of the first one.
        var old = Convert.FromHexString(string.Concat(
            ["58534D53010000001201000011A9AA0D", parts[1], .. parts[3..]]));
        TestExecutor restored = new(null, _executor.Machine.Copy());
        restored.Executor.ReadState(old);
        Assert.Equal(_executor.State, restored.State);
    }

    [Fact]
    public void A_damaged_head_is_refused_and_changes_nothing()
    {
        _executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 4, 1000).Command(1, 1, 0, (byte)'T', 9, 100)
            .At(1));
        var state = _executor.State;
        var other = new TestExecutor();
        for (var index = 0; index < state.Length; index++)
        {
            var damaged = state.ToArray();
            damaged[index] ^= 0x10;
            Assert.Throws<FormatException>(() => other.Executor.ReadState(damaged));
            Assert.Throws<FormatException>(() => other.Executor.ReadState(state.AsSpan(0, index)));
        }

        Assert.Equal(new TestExecutor().State, other.State);
    }

    [Fact]
    public void A_snapshot_made_under_other_limits_is_refused()
    {
        var other = new TestExecutor(new() { SessionsMax = 5 });
        var refusal = Assert.Throws<FormatException>(() => other.Executor.ReadState(_executor.State));
        Assert.Contains("SessionsMax = 5", refusal.Message, StringComparison.Ordinal);
    }
}
