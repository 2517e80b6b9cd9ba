namespace PaxosSM.Testing.TestKits;

/// <summary>A step and the value that the log holds for it.</summary>
/// <param name="Number">The step's number in the counterexample, from 1.</param>
/// <param name="Step">The step.</param>
/// <param name="Value">The value; null for a query, which is no part of the log.</param>
internal sealed record LoggedStep(int Number, MachineStep Step, Value? Value);

/// <summary>Makes a log of steps: what proposers would have made of them.</summary>
internal static class ScriptLog
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromDays(365);

    /// <summary>Opens the clients' sessions, numbered from 1.</summary>
    public static Value Opening { get; } = Open();

    /// <summary>One value a step, and each command once.</summary>
    public static IReadOnlyList<LoggedStep> Of(IReadOnlyList<MachineStep> steps) =>
        Of(steps, (batch, session, sequence, payload) => batch.Command(session, sequence, sequence - 1, payload));

    /// <summary>Commands as an impatient client and a bad network would send them: again, late and early.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="resends">False puts an entry that does nothing in the place of each one that comes once too often,
    /// so that slots and places stay the same.</param>
    public static IReadOnlyList<LoggedStep> Of(IReadOnlyList<MachineStep> steps, bool resends) =>
        Of(steps, (batch, session, sequence, payload) =>
        {
            // The one before this is not acknowledged yet, and the one after the next comes too early: both change
            // nothing.
            var acknowledged = Math.Max(0, sequence - 2);
            AddExtra(batch, session, sequence + 2, acknowledged, payload, resends);
            if (sequence > 1)
            {
                AddExtra(batch, session, sequence - 1, acknowledged, payload, resends);
            }

            _ = batch.Command(session, sequence, acknowledged, payload);
            AddExtra(batch, session, sequence, acknowledged, payload, resends);
        });

    private static List<LoggedStep> Of(
        IReadOnlyList<MachineStep> steps, Action<BatchBuilder, SessionId, long, byte[]> addCommand)
    {
        var sent = new long[MachineStep.Clients];
        var now = LogTime.Zero;
        var round = 1L;
        List<LoggedStep> log = [];
        foreach (var step in steps)
        {
            var value = step switch
            {
                CommandStep command => ValueOf(command),
                WaitStep wait => new(ValueKind.Skip, now = now.Add(wait.For), default),
                ViewStep view => ViewOf(view, ++round, log.Count, now),
                _ => null,
            };
            log.Add(new(log.Count + 1, step, value));
        }

        return log;

        Value ValueOf(CommandStep command)
        {
            var batch = new BatchBuilder();
            addCommand(batch, new(command.Client + 1), ++sent[command.Client], command.Payload.Bytes);
            return batch.At(now);
        }
    }

    private static void AddExtra(
        BatchBuilder batch, SessionId session, long sequence, long acknowledged, byte[] payload, bool resends)
    {
        if (resends)
        {
            _ = batch.Command(session, sequence, acknowledged, payload);
        }
        else
        {
            _ = batch.Add(EntryKind.KeepAlive, session, 0, acknowledged, []);
        }
    }

    private static Value ViewOf(ViewStep step, long round, int slot, LogTime now)
    {
        var leader = new NodeId((ushort)step.Leader);
        var view = new View(new(round, leader, 1), new(slot + 3), [new(leader, 1)]);
        return new(ValueKind.View, now, ViewCodec.Encode(view));
    }

    private static Value Open()
    {
        var batch = new BatchBuilder();
        for (var client = 1; client <= MachineStep.Clients; client++)
        {
            var nonce = new Guid(client, 0, 0, new byte[8]);
            var request = new byte[SessionRequest.Size];
            new SessionRequest(nonce, SessionMode.Ordered, 8, SessionTimeout).Write(request);
            _ = batch.Add(EntryKind.OpenSession, SessionId.None, 0, 0, request);
        }

        return batch.At(LogTime.Zero);
    }
}
