namespace PaxosSM.Testing.Generators;

/// <summary>What clients send, in the order in which it is chosen.</summary>
/// <param name="Sends">One entry each.</param>
public sealed record ClientSchedule(IReadOnlyList<ScheduledSend> Sends)
{
    /// <summary>The entries by batch.</summary>
    public IEnumerable<IReadOnlyList<ScheduledSend>> Batches()
    {
        List<ScheduledSend> batch = [];
        foreach (var send in Sends)
        {
            if (send.StartsBatch && batch.Count > 0)
            {
                yield return batch;
                batch = [];
            }

            batch.Add(send);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(" ", Sends);
}

/// <summary>A command that a client sends, maybe not for the first time.</summary>
/// <param name="Session">The session's number, from 1.</param>
/// <param name="Sequence">The command's number in its session, from 1.</param>
/// <param name="Acknowledged">Through which number the client has its results.</param>
/// <param name="StartsBatch">Whether it is the first of a new value.</param>
public sealed record ScheduledSend(long Session, long Sequence, long Acknowledged, bool StartsBatch)
{
    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{(StartsBatch ? "| " : "")}c{Session}#{Sequence}(ack {Acknowledged})");
}
