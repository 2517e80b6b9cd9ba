using System.Buffers;
using FsCheck.Xunit;
using PaxosSM.Testing.Linearizability;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Workload;

/// <summary>The default workload: its machine, its model, its clients.</summary>
public sealed class KeyValueWorkloadTests
{
    private static readonly ClientPlan Plan = new() { Keys = 3, ValueBytesMax = 200 };
    private readonly RecordedTimers _timers = new();
    private long _slot;

    [Property(MaxTest = 100)]
    public void Machine_and_model_agree(ulong seed)
    {
        var random = new SeededRandom(seed);
        var workload = new KeyValueWorkload();
        var machine = workload.NewMachine();
        var states = new SortedDictionary<string, object>(StringComparer.Ordinal);
        for (var step = 0; step < 300; step++)
        {
            var (input, isQuery, _) = workload.Next(random, step % 4, Plan);
            if (random.Below(20) == 0)
            {
                input = Damage(random, input);
            }

            AssertAgree(machine, workload.Model, states, input, isQuery, seed);
        }
    }

    [Property(MaxTest = 50)]
    public async Task A_snapshot_at_any_point_restores_the_machine(ulong seed)
    {
        var random = new SeededRandom(seed);
        var workload = new KeyValueWorkload();
        var machine = (IDigestibleStateMachine)workload.NewMachine();
        for (var step = random.Below(100); step > 0; step--)
        {
            Do(machine, workload.Next(random, 1, Plan).Input);
        }

        using var snapshot = machine.BeginSnapshot();
        var digest = machine.Digest;
        Do(machine, KeyValueCommand.PutOf(1, "later"u8));
        using var stream = new MemoryStream();
        await snapshot.WriteAsync(stream, default);
        stream.Position = 0;
        var restored = new KeyValueMachine();
        Do(restored, KeyValueCommand.PutOf(77, "gone"u8));
        await restored.RestoreAsync(stream, default);

        Assert.Equal(digest, restored.Digest);
        Assert.NotEqual(digest, machine.Digest);
    }

    [Fact]
    public void Every_part_of_the_state_is_in_the_digest()
    {
        byte[][][] states =
        [
            [],
            [KeyValueCommand.PutOf(1, ""u8)],
            [KeyValueCommand.PutOf(1, "a"u8)],
            [KeyValueCommand.PutOf(2, "a"u8)],
            [KeyValueCommand.PutOf(1, "a"u8), KeyValueCommand.IncrementOf(1)],
            [KeyValueCommand.PutOf(1, "a"u8), KeyValueCommand.PutOf(2, "a"u8)],
            [KeyValueCommand.HoldOf(1, TimeSpan.FromSeconds(1))],
            [KeyValueCommand.HoldOf(1, TimeSpan.FromSeconds(2))],
            [KeyValueCommand.HoldOf(2, TimeSpan.FromSeconds(1))],
        ];

        Assert.Equal(states.Length, states.Select(commands => After(commands).Digest).Distinct().Count());
    }

    [Fact]
    public void A_held_name_is_let_go_by_its_timer()
    {
        var machine = After([KeyValueCommand.HoldOf(9, TimeSpan.FromMilliseconds(3))]);
        Assert.Equal([(9, new LogTime(1_003_000))], _timers.Set);
        var held = machine.Digest;

        machine.OnTimer(Context(), 9);
        var released = machine.Digest;
        machine.OnTimer(Context(), 9);

        Assert.NotEqual(held, released);
        Assert.Equal(released, machine.Digest);
    }

    [Fact]
    public void A_value_grows_no_longer_than_it_may()
    {
        var machine = new KeyValueMachine();
        Do(machine, KeyValueCommand.PutOf(1, new byte[KeyValueMachine.ValueBytesMax]));

        Assert.Equal(0, Do(machine, KeyValueCommand.AppendOf(1, "a"u8))[0]);
        Assert.Equal(0, Do(machine, KeyValueCommand.PutOf(1, new byte[KeyValueMachine.ValueBytesMax + 1]))[0]);
        Assert.Equal(1 + 8 + KeyValueMachine.ValueBytesMax, Ask(machine, KeyValueCommand.GetOf(1)).Length);
    }

    [Fact]
    public void One_seed_gives_the_same_operations_and_all_kinds_of_them()
    {
        var first = Operations(new KeyValueWorkload());
        var second = Operations(new KeyValueWorkload());

        Assert.Equal(first, second);
        Assert.Equal(5, first.Where(each => each.IsQuery).Select(each => each.Kind).Distinct().Count());
        Assert.Equal(
            [1, 2, 3, 4, 5, 6],
            first.Where(each => !each.IsQuery).Select(each => int.Parse(each.Input[..2], null)).Distinct().Order());
        Assert.DoesNotContain(Operations(new(leaseReads: false)), each => each.Kind == ReadKind.Lease);
    }

    [Fact]
    public void A_command_applied_twice_is_seen_at_once()
    {
        var machine = new KeyValueMachine();
        var recorder = new HistoryRecorder(() => 0);
        byte[] append = KeyValueCommand.AppendOf(1, "0.1;"u8);
        Do(machine, append);
        var id = recorder.BeginCommand(0, append);
        recorder.Succeeded(id, Do(machine, append), new(1));

        var findings = new HistoryExamination(new KeyValueModel()).Run(recorder.Capture());

        Assert.Equal(
            ["linearizability", "exactly once", "state at slot"], findings.Violations.Select(each => each.Rule));
    }

    private static byte[] Ask(IStateMachine machine, ReadOnlyMemory<byte> query)
    {
        var answer = new ArrayBufferWriter<byte>();
        machine.Query(new(Slot.Zero, LogTime.Zero), new(query), answer);
        return answer.WrittenSpan.ToArray();
    }

    private static byte[] Damage(SeededRandom random, ReadOnlyMemory<byte> input)
    {
        var damaged = input.ToArray();
        damaged[0] = (byte)random.Below(9);
        return damaged[..(int)random.Below(damaged.Length + 1)];
    }

    private static List<(string Input, bool IsQuery, ReadKind Kind)> Operations(KeyValueWorkload workload)
    {
        var random = new SeededRandom(5);
        return
        [
            .. Enumerable.Range(0, 500)
                .Select(client => workload.Next(random, client % 4, Plan))
                .Select(each => (Convert.ToHexString(each.Input.Span), each.IsQuery, each.Consistency.Kind)),
        ];
    }

    private KeyValueMachine After(byte[][] commands)
    {
        var machine = new KeyValueMachine();
        foreach (var command in commands)
        {
            Do(machine, command);
        }

        return machine;
    }

    private void AssertAgree(
        IStateMachine machine, IModel model, SortedDictionary<string, object> states, ReadOnlyMemory<byte> input,
        bool isQuery, ulong seed)
    {
        var key = model.PartitionOf(input, isQuery)!;
        var (expected, next) = model.Step(states.GetValueOrDefault(key, model.Initial), input, isQuery);
        states[key] = next;
        var actual = isQuery ? Ask(machine, input) : Do(machine, input);
        Assert.True(
            actual.AsSpan().SequenceEqual(expected.Span),
            $"seed {seed}: {model.DescribeInput(input, isQuery)}: the model says "
            + $"{model.DescribeOutput(input, isQuery, expected)}, not {model.DescribeOutput(input, isQuery, actual)}");
    }

    private byte[] Do(IStateMachine machine, ReadOnlyMemory<byte> command)
    {
        var result = new ArrayBufferWriter<byte>();
        machine.Apply(Context(), new(command), result);
        return result.WrittenSpan.ToArray();
    }

    private CommandContext Context() =>
        new(GroupId.Default, new(++_slot), 0, new(1_000_000), new(1), _slot, _timers);

    private sealed class RecordedTimers : ITimers
    {
        public List<(long Id, LogTime Due)> Set { get; } = [];

        void ITimers.Set(long id, LogTime due) => Set.Add((id, due));

        public void Cancel(long id) => Set.RemoveAll(each => each.Id == id);
    }
}
