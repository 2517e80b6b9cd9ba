using FsCheck.Xunit;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>The session table against its naive twin, and against its own snapshots (R17).</summary>
public sealed class SessionTableProperties
{
    [Property(MaxTest = 300)]
    public void Whatever_clients_send_the_table_answers_as_its_naive_twin_does(int seed)
    {
        var random = new Random(seed);
        var executor = new TestExecutor(TestExecutor.Tight);
        var twin = new NaiveSessions(TestExecutor.Tight);
        var time = 0L;
        for (var slot = 1; slot <= 60; slot++)
        {
            time += random.Next(4) == 0 ? random.Next(30) : 0;
            var now = TestBatch.Milliseconds(time);
            var batch = new TestBatch();
            twin.Expire(now);
            List<Told> expected = [];
            for (var count = random.Next(6); count > 0; count--)
            {
                expected.Add(Draw(random, batch, twin, now, slot));
            }

            Assert.Equal(expected, executor.Apply(batch.At(time)));
            Assert.Equal(twin.NextDeadline, executor.Executor.NextDeadline);
        }
    }

    [Property(MaxTest = 100)]
    public void An_executor_restored_at_any_slot_goes_on_as_the_one_that_was_not(int seed)
    {
        var random = new Random(seed);
        var whole = new TestExecutor(TestExecutor.Tight);
        var restored = new TestExecutor(TestExecutor.Tight);
        var twin = new NaiveSessions(TestExecutor.Tight);
        var time = 0L;
        for (var slot = 1; slot <= 40; slot++)
        {
            time += random.Next(3) == 0 ? random.Next(30) : 0;
            var now = TestBatch.Milliseconds(time);
            var batch = new TestBatch();
            twin.Expire(now);
            for (var count = random.Next(6); count > 0; count--)
            {
                Draw(random, batch, twin, now, slot);
            }

            if (random.Next(2) == 0)
            {
                var what = (byte)(random.Next(2) == 0 ? 'T' : 'C');
                batch.Command(1, random.Next(20), 0, what, (byte)random.Next(4), (byte)random.Next(40));
            }

            var value = batch.At(time);
            Assert.Equal(whole.Apply(value), restored.Apply(value));
            Assert.Equal(whole.State, restored.State);
            Assert.Equal(whole.Executor.Digest, restored.Executor.Digest);
            Assert.Equal(whole.Executor.Chain, restored.Executor.Chain);
            Assert.Equal(whole.Executor.NextDeadline, restored.Executor.NextDeadline);
            restored = restored.Restore();
            Assert.Equal(whole.State, restored.State);
        }
    }

    [Property(MaxTest = 200)]
    public void An_ordered_session_applies_each_command_once_and_in_order_however_its_entries_are_resent(int seed)
    {
        var random = new Random(seed);
        var executor = new TestExecutor();
        executor.Apply(new TestBatch().Open(1, SessionMode.Ordered, 8, 60_000).At(0));
        var acknowledged = 0L;
        while (acknowledged < 50)
        {
            var batch = new TestBatch();
            for (var count = random.Next(1, 10); count > 0; count--)
            {
                var sequence = Math.Clamp(acknowledged + random.Next(-3, 12), 1, 50);
                batch.Command(1, sequence, random.Next(2) == 0 ? acknowledged : 0);
            }

            foreach (var told in executor.Apply(batch.At(0)))
            {
                if (told.Error == PaxosError.None)
                {
                    Assert.Equal(told.Sequence, told.Result);
                    acknowledged = Math.Max(acknowledged, told.Sequence);
                }
            }
        }

        Assert.Equal(50, executor.Machine.Count);
    }

    private static Told Draw(Random random, TestBatch batch, NaiveSessions twin, LogTime now, long slot)
    {
        var session = random.Next(1, 8);
        var sequence = random.Next(-1, 12);
        var acknowledged = random.Next(3) == 0 ? random.Next(-1, 12) : 0;
        switch (random.Next(12))
        {
            case < 3:
                var nonce = random.Next(1, 8);
                var mode = nonce % 2 == 0 ? SessionMode.Ordered : SessionMode.Unordered;
                var window = random.Next(1, 8);
                var timeout = random.Next(10, 80);
                batch.Open(nonce, mode, window, timeout);
                return twin.Open(nonce, mode, window, timeout, now, slot);
            case 3:
                batch.KeepAlive(session, sequence, acknowledged);
                return twin.Touch(session, sequence, acknowledged, close: false, now, slot);
            case 4 when random.Next(3) == 0:
                batch.Close(session, sequence);
                return twin.Touch(session, sequence, 0, close: true, now, slot);
            default:
                var size = random.Next(8, 60);
                batch.Command(session, sequence, acknowledged, (byte)'L', (byte)size);
                return twin.Command(session, sequence, acknowledged, size, now, slot);
        }
    }
}
