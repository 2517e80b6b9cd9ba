using System.Globalization;
using FsCheck.Xunit;
using PaxosSM.RedisKv.Commands;

namespace PaxosSM.RedisKv.Tests;

public sealed class SnapshotTests
{
    private static readonly string[] Scripts =
    [
        "set {0} {1}", "set {0} {1} px {2}", "get {0}", "incr {0}", "append {0} {1}", "del {0}",
        "pexpire {0} {2}", "persist {0}",
        "hset {0} f{2} {1}", "hdel {0} f{2}", "hgetall {0}", "lpush {0} {1}", "rpush {0} {1} {2}", "lpop {0}",
        "rpop {0}",
        "sadd {0} {1} {2}", "srem {0} {2}", "smembers {0}", "spop {0}", "dbsize", "keys *", "scan 0 count 3",
        "set {0} {1} keepttl",
        "getset {0} {1}", "expire {0} 1", "lrange {0} 0 -1", "hset h{0} {1} {2}", "rpush l{0} {1}",
        "sadd s{0} {1}", "lpop l{0}",
        "pexpire s{0} {2}", "hdel h{0} {1}", "srem s{0} {1}",
    ];

    [Property(MaxTest = 150, EndSize = 600)]
    public void Two_machines_that_apply_the_same_commands_are_equal(byte[] program)
    {
        var left = new MachineUnderTest();
        var right = new MachineUnderTest();
        for (var step = 0; step + 3 < program.Length; step += 4)
        {
            Assert.Equal(Step(left, program, step), Step(right, program, step));
        }

        AssertEqual(left, right);
    }

    [Property(MaxTest = 300, EndSize = 800)]
    public void A_replica_from_a_snapshot_goes_on_as_the_original(byte[] program, byte cut)
    {
        var original = new MachineUnderTest();
        MachineUnderTest? copy = null;
        for (var step = 0; step + 3 < program.Length; step += 4)
        {
            if (copy is null && step >= cut * 2)
            {
                copy = MachineUnderTest.Restore(original.Snapshot(), original);
                AssertEqual(original, copy);
            }

            var reply = Step(original, program, step);
            if (copy is not null)
            {
                Assert.Equal(reply, Step(copy, program, step));
                Assert.Equal(original.Machine.Digest, copy.Machine.Digest);
            }
        }

        AssertEqual(original, copy ?? MachineUnderTest.Restore(original.Snapshot(), original));
    }

    [Property(MaxTest = 200, EndSize = 600)]
    public void A_snapshot_shows_the_moment_of_its_capture_however_much_is_applied_before_it_is_written(
        byte[] before, byte[] after)
    {
        var machine = new MachineUnderTest();
        Play(machine, before);
        var expected = machine.Snapshot();
        using var captured = machine.Machine.BeginSnapshot();
        Play(machine, after);
        Assert.Equal(expected, MachineUnderTest.Write(captured));
        Assert.Equal(machine.Machine.Digest, MachineUnderTest.Restore(machine.Snapshot(), machine).Machine.Digest);
    }

    [Fact]
    public async Task Snapshots_are_written_while_commands_are_applied()
    {
        var machine = new MachineUnderTest();
        for (var key = 0; key < 20_000; key++)
        {
            machine.ApplyRaw(MachineUnderTest.Encode("set", $"k{key}", $"v{key}"));
            machine.ApplyRaw(MachineUnderTest.Encode("sadd", $"s{key % 10}", $"v{key}"));
        }

        for (var round = 0; round < 5; round++)
        {
            var expected = machine.Snapshot();
            using var captured = machine.Machine.BeginSnapshot();
            var writing = Task.Run(() => MachineUnderTest.Write(captured));
            for (var key = 0; !writing.IsCompleted || key < 1000; key++)
            {
                machine.ApplyRaw(MachineUnderTest.Encode("set", $"k{key * 7 % 30_000}", $"w{round}"));
                machine.ApplyRaw(MachineUnderTest.Encode("srem", $"s{key % 10}", $"v{key}"));
            }

            Assert.Equal(expected, await writing);
        }
    }

    [Fact]
    public void Equal_states_by_different_ways_give_equal_bytes()
    {
        var left = new MachineUnderTest();
        var right = new MachineUnderTest();
        for (var key = 0; key < 3000; key++)
        {
            left.Do($"set k{key} v");
            left.Do($"hset h f{key} v");
            right.Do($"set k{2999 - key} x");
            right.Do($"hset h f{2999 - key} v");
            right.Do($"set k{2999 - key} v");
            right.Do($"set gone{key} v");
        }

        for (var key = 0; key < 3000; key++)
        {
            right.Do($"del gone{key}");
        }

        AssertEqual(left, right);
    }

    [Fact]
    public void A_damaged_snapshot_is_refused_with_a_reason()
    {
        var machine = new MachineUnderTest();
        machine.Do("set k value px 1000");
        machine.Do("hset h f v g w");
        machine.Do("rpush l a b");
        machine.Do("sadd s a b");
        var snapshot = machine.Snapshot();
        for (var length = 0; length < snapshot.Length; length++)
        {
            AssertRefused(snapshot[..length]);
        }

        AssertRefused([.. snapshot, 0]);
        for (var place = 0; place < snapshot.Length; place++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var damaged = (byte[])snapshot.Clone();
                damaged[place] ^= (byte)(1 << bit);
                AssertRefused(damaged);
            }
        }
    }

    [Fact]
    public void A_snapshot_that_announces_half_a_gigabyte_costs_no_such_memory()
    {
        byte[] hostile = [.. "RKVSNAP1"u8, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(hostile);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    private static void AssertRefused(byte[] snapshot)
    {
        var machine = new MachineUnderTest();
        Assert.Throws<InvalidDataException>(
            () => machine.Machine.RestoreAsync(new MemoryStream(snapshot), default).AsTask().GetAwaiter().GetResult());
        Assert.Equal(0, machine.Machine.KeyCount);
    }

    private static void AssertEqual(MachineUnderTest left, MachineUnderTest right)
    {
        Assert.Equal(left.Machine.Digest, right.Machine.Digest);
        Assert.Equal(left.Snapshot(), right.Snapshot());
        Assert.Equal(left.Timers.Pending, right.Timers.Pending);
    }

    private static void Play(MachineUnderTest machine, byte[] program)
    {
        for (var step = 0; step + 3 < program.Length; step += 4)
        {
            Step(machine, program, step);
        }
    }

    private static byte[] Step(MachineUnderTest machine, byte[] program, int step)
    {
        machine.Now += program[step + 3] * 37L;
        var script = program[step] == 255 ? "flushall" : Scripts[program[step] % Scripts.Length];
        var line = string.Format(
            CultureInfo.InvariantCulture, script, $"k{program[step + 1] % 12}",
            program[step + 2] % 16, 1 + (program[step + 3] % 8));
        var kind = program[step + 1] > 200 ? CommandPayload.Transaction : CommandPayload.Batch;
        string[] words = line.Split(' ');
        return machine.ApplyRaw(kind == CommandPayload.Batch
            ? MachineUnderTest.EncodeAll(kind, words)
            : MachineUnderTest.EncodeAll(kind, words, ["incr", "counter"], words));
    }
}
