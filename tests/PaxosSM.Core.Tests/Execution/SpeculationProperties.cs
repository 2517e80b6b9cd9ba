using System.Buffers;
using FsCheck.Xunit;
using PaxosSM.Execution;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Whatever is executed ahead of choice, confirmed, and taken back: in the end it was plain execution
/// (R18).</summary>
public sealed class SpeculationProperties
{
    [Property(MaxTest = 400)]
    public void Any_order_of_guesses_choices_and_rollbacks_equals_plain_execution(int seed)
    {
        var random = new Random(seed);
        var pair = new Pair();
        var chosen = Draw(random);
        while (pair.Applied < chosen.Count)
        {
            switch (random.Next(6))
            {
                case < 3:
                    var next = (int)pair.Reached;
                    var value = next < chosen.Count && random.Next(4) > 0 ? chosen[next] : DrawOne(random, next);
                    pair.Guess(value);
                    break;
                case 3 when random.Next(4) == 0:
                    pair.TakeBack();
                    break;
                default:
                    pair.Choose(chosen[(int)pair.Applied]);
                    break;
            }

            pair.AreEqual();
        }

        pair.TakeBack();
        pair.AreEqual();
    }

    [Property(MaxTest = 200)]
    public void Values_guessed_right_are_executed_once(int seed)
    {
        var random = new Random(seed);
        var pair = new Pair();
        var chosen = Draw(random);
        foreach (var value in chosen)
        {
            pair.Guess(value);
        }

        foreach (var value in chosen)
        {
            pair.Choose(value);
            pair.AreEqual();
        }

        var calls = pair.Machine.Calls;
        Assert.Equal(2 * chosen.Count, calls.Count);
        Assert.DoesNotContain(calls, call => call.StartsWith("back", StringComparison.Ordinal));
        Assert.False(pair.Optimistic.TakeBack());
        pair.AreEqual();
    }

    private static List<Value> Draw(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 30)).Select(slot => DrawOne(random, slot))];

    private static Value DrawOne(Random random, int slot)
    {
        if (random.Next(12) == 0)
        {
            return random.Next(2) == 0 ? Value.Pass : TestBatch.Skip((5 * slot) + random.Next(40));
        }

        var batch = new TestBatch();
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            Add(random, batch);
        }

        return batch.At((5 * slot) + random.Next(40));
    }

    private static void Add(Random random, TestBatch batch)
    {
        var session = random.Next(1, 5);
        var acknowledged = random.Next(3) == 0 ? random.Next(-1, 8) : 0;
        switch (random.Next(12))
        {
            case < 3:
                var nonce = random.Next(1, 6);
                var mode = nonce % 2 == 0 ? SessionMode.Ordered : SessionMode.Unordered;
                batch.Open(nonce, mode, random.Next(1, 8), random.Next(10, 120));
                break;
            case 3:
                batch.KeepAlive(session, 0, acknowledged);
                break;
            case 4 when random.Next(3) == 0:
                batch.Close(session, 0);
                break;
            case 5 or 6:
                var what = (byte)(random.Next(3) > 0 ? 'T' : 'C');
                var delay = (byte)random.Next(40);
                batch.Command(session, random.Next(1, 8), acknowledged, what, (byte)random.Next(4), delay);
                break;
            default:
                batch.Command(session, random.Next(1, 8), acknowledged, (byte)'L', (byte)random.Next(8, 60));
                break;
        }
    }

    /// <summary>An executor that is given guesses, and its twin that is given choices only.</summary>
    private sealed class Pair
    {
        private readonly RecordingSink _sink = new();
        private readonly TestExecutor _plain = new(TestExecutor.Tight);

        public Pair() =>
            Optimistic = new(GroupId.Default, TestExecutor.ThreeMembers, Machine, _sink, TestExecutor.Tight);

        public OptimisticMachine Machine { get; } = new();

        public Executor Optimistic { get; }

        public long Applied => Optimistic.Applied.Index;

        public long Reached => Optimistic.Reached.Slot.Index;

        public void Guess(Value value) => Optimistic.Speculate(Optimistic.Reached.Slot.Next, value);

        public void Choose(Value value)
        {
            Optimistic.Apply(Optimistic.Applied.Next, value);
            _plain.Apply(value);
        }

        public void TakeBack() => Optimistic.TakeBack();

        public void AreEqual()
        {
            Assert.Equal(_plain.Sink.All, _sink.All);
            Assert.Equal(_plain.Executor.Applied, Optimistic.Applied);
            Assert.Equal(_plain.Executor.Time, Optimistic.Time);
            Assert.Equal(_plain.Executor.Chain, Optimistic.Chain);
            Assert.Equal(_plain.Executor.NextDeadline, Optimistic.NextDeadline);
            if (Optimistic.Reached.Slot == Optimistic.Applied)
            {
                var state = new ArrayBufferWriter<byte>();
                Optimistic.WriteState(state);
                Assert.Equal(_plain.State, state.WrittenSpan.ToArray());
                Assert.Equal(_plain.Executor.Digest, Optimistic.Digest);
                Assert.Equal(_plain.Machine.Count, Machine.Inner.Count);
            }
        }
    }
}
