using System.Buffers;
using FsCheck.Xunit;
using PaxosSM.Core.Tests.Execution;
using PaxosSM.Execution;
using PaxosSM.Reconfiguration;

namespace PaxosSM.Core.Tests.Outboxes;

/// <summary>Tokens as the executor's machines make them: from commands, timers, views and ends of epochs, ahead of
/// choice as well (R18, R27).</summary>
public sealed class OutboxExecutionTests
{
    private static readonly ForkId Fork = new(0xabcd);

    [Fact]
    public void Every_caller_of_a_machine_gives_tokens_that_grow_through_slots_and_epochs()
    {
        EffectMachine machine = new();
        var executor = NewExecutor(machine);
        Apply(executor, new TestBatch().Open(1, SessionMode.Unordered, 8, 60_000).At(1));
        Apply(executor, new TestBatch().Command(1, 1, 0, (byte)'T', 1, 5).Command(1, 2, 0, (byte)'T', 2, 5).At(2));
        Apply(executor, new TestBatch().Command(1, 3, 0, 2, 7).At(50));
        Apply(executor, ViewOf(Epoch.First));
        Apply(executor, StopOf(Epoch.First));
        Apply(executor, new TestBatch().Command(1, 4, 0, 1, 7).At(60));
        Assert.Equal(
            [
                Token(1, 3, -1, 0), Token(1, 3, -2, 0), Token(1, 3, 0, 0), Token(1, 3, 0, 1),
                Token(1, 4, 0, 0), Token(1, 4, 0, 1), Token(2, 5, 0, 0), Token(2, 5, 0, 1), Token(2, 6, 0, 0),
            ],
            machine.Added);
        Assert.Equal(machine.Added.Order(), machine.Added);
    }

    [Fact]
    public void A_forced_epoch_begins_tokens_of_its_fork_wherever_the_log_is_read_from_R33()
    {
        Value[] log =
        [
            new TestBatch().Open(1, SessionMode.Unordered, 8, 60_000).At(1),
            new TestBatch().Command(1, 1, 0, 1, 7).At(2),
            StopOf(Epoch.First, new(0xf2)),
            new TestBatch().Command(1, 2, 0, 1, 7).At(60),
            StopOf(new(2), new(0xf2)),
            new TestBatch().Command(1, 3, 0, 1, 7).Open(2, SessionMode.Unordered, 8, 60_000).At(61),
        ];
        for (var saved = 0; saved <= log.Length; saved++)
        {
            EffectMachine machine = new();
            var executor = NewExecutor(machine);
            foreach (var value in log[..saved])
            {
                Apply(executor, value);
            }

            var opened = executor;
            if (saved > 0)
            {
                var state = new ArrayBufferWriter<byte>();
                executor.WriteState(state);
                opened = NewExecutor(machine);
                opened.ReadState(state.WrittenSpan);
            }

            foreach (var value in log[saved..])
            {
                Apply(opened, value);
            }

            Assert.Equal(3, machine.Added.Select(token => token.Epoch).Distinct().Count());
            Assert.All(
                machine.Added,
                token => Assert.Equal(token.Epoch == Epoch.First ? Fork : new(0xf2), token.Fork));
            Assert.Equal(machine.Added.Order(), machine.Added);
        }
    }

    [Property(MaxTest = 300)]
    public void Guesses_and_rollbacks_leave_the_entries_and_tokens_of_plain_execution(int seed)
    {
        var random = new Random(seed);
        EffectMachine plain = new();
        EffectMachine guessing = new();
        var (one, other) = (NewExecutor(plain), NewExecutor(guessing));
        List<Value> chosen = [new TestBatch().Open(1, SessionMode.Unordered, 8, 60_000).At(1)];
        for (var slot = 2; slot < 25; slot++)
        {
            chosen.Add(Draw(random, slot, one.Epoch.Epoch));
        }

        while (other.Applied.Index < chosen.Count)
        {
            var next = (int)other.Reached.Slot.Index;
            if (next < chosen.Count && random.Next(3) > 0 && Guess(random, next, chosen) is { } guess)
            {
                other.Speculate(other.Reached.Slot.Next, guess);
            }
            else if (random.Next(5) == 0)
            {
                _ = other.TakeBack();
            }
            else
            {
                var value = chosen[(int)other.Applied.Index];
                Apply(one, value);
                other.Apply(other.Applied.Next, value);
            }

            if (other.Reached.Slot == other.Applied)
            {
                Assert.Equal(plain.Saved, guessing.Saved);
            }
        }

        _ = other.TakeBack();
        Assert.Equal(plain.Saved, guessing.Saved);
        Assert.Equal(plain.Added.Order(), plain.Added);
        Assert.Equal(plain.Added.Distinct(), plain.Added);
    }

    private static Value? Guess(Random random, int at, List<Value> chosen)
    {
        var right = chosen[at];
        return right.Kind is not ValueKind.Commands ? null
            : random.Next(3) > 0 ? right
            : Batch(random, at + 1);
    }

    private static Value Draw(Random random, int slot, Epoch epoch) => random.Next(10) switch
    {
        0 => ViewOf(epoch),
        1 => TestBatch.Skip(5 * slot),
        _ => Batch(random, slot),
    };

    private static Value Batch(Random random, int slot)
    {
        var batch = new TestBatch();
        for (var command = 1; command <= 3; command++)
        {
            var sequence = (slot * 3) + command;
            byte[] payload = random.Next(5) switch
            {
                0 => [(byte)'T', (byte)random.Next(3), (byte)random.Next(40)],
                1 => [(byte)'A'],
                _ => [(byte)random.Next(4), (byte)random.Next(200)],
            };
            batch.Command(1, sequence, sequence - 1, payload);
        }

        return batch.At(5 * slot);
    }

    private static Value ViewOf(Epoch epoch)
    {
        View view = new(new(epoch.Number, new(1), 1), new(1), [new(new(1), 1)]);
        return new(ValueKind.View, TestBatch.Milliseconds(1), ViewCodec.Encode(view));
    }

    private static Value StopOf(Epoch epoch, ForkId fork = default)
    {
        Configuration next = new(epoch.Next, TestExecutor.ThreeMembers.Members) { Fork = fork };
        return new Stop(epoch, 1, next).ToValue(TestBatch.Milliseconds(55));
    }

    private static OutboxToken Token(uint epoch, long slot, int index, int number) =>
        new(Fork, GroupId.Default, new(epoch), new(slot), index, number);

    private static Executor NewExecutor(EffectMachine machine) =>
        new(GroupId.Default, TestExecutor.ThreeMembers, machine, new RecordingSink()) { Origin = () => Fork };

    private static void Apply(Executor executor, Value value) => executor.Apply(executor.Applied.Next, value);
}
