using FsCheck.Xunit;
using PaxosSM.Testing.Generators;

namespace PaxosSM.Core.Tests.Execution;

/// <summary>Schedules of impatient clients against the naive session table (R17).</summary>
[Properties(Arbitrary = [typeof(PaxosArbitraries)], MaxTest = 300)]
public sealed class ScheduleProperties
{
    [Property]
    public void However_clients_resend_the_table_answers_as_its_naive_twin_does(ClientSchedule schedule)
    {
        var executor = new TestExecutor();
        var twin = new NaiveSessions(new());
        var opening = new TestBatch();
        for (var nonce = 1; nonce <= 3; nonce++)
        {
            var mode = nonce == 3 ? SessionMode.Unordered : SessionMode.Ordered;
            opening.Open(nonce, mode, 4, 1000);
            _ = twin.Open(nonce, mode, 4, 1000, LogTime.Zero, 1);
        }

        executor.Apply(opening.At(0));
        var slot = 1;
        foreach (var sends in schedule.Batches())
        {
            slot++;
            var batch = new TestBatch();
            List<Told> expected = [];
            foreach (var send in sends)
            {
                batch.Command(send.Session, send.Sequence, send.Acknowledged);
                expected.Add(twin.Command(
                    send.Session, send.Sequence, send.Acknowledged, sizeof(long), LogTime.Zero, slot));
            }

            Assert.Equal(expected, executor.Apply(batch.At(0)));
        }
    }
}
