namespace PaxosSM;

/// <summary>Takes the results of commands as they are applied, on the executor's thread, in log order, whoever sent
/// them; and those that a snapshot brought, session by session, some of them told before.</summary>
public interface IResultSink
{
    /// <summary>A command ended.</summary>
    /// <param name="session">Its session; for an opening, <see cref="SessionId.None"/>.</param>
    /// <param name="sequence">Its number; for an opening, the first 8 bytes of its nonce.</param>
    /// <param name="error">How it ended.</param>
    /// <param name="detail">For <see cref="PaxosError.SessionGap"/>: the number to resend from.</param>
    /// <param name="slot">The slot it was applied in.</param>
    /// <param name="result">What the machine wrote, or the number of the session opened (8 bytes); valid during the
    /// call only.</param>
    void OnResult(
        SessionId session, long sequence, PaxosError error, long detail, Slot slot, ReadOnlySpan<byte> result);

    /// <summary>A command was executed ahead of choice (R18): what its result will be, if its slot's value is chosen.
    /// Told once, until it is taken back; nothing to do unless somebody asked for it.</summary>
    /// <param name="session">Its session.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="slot">The slot that it would be applied in.</param>
    /// <param name="result">What the machine wrote; valid during the call only.</param>
    void OnTentative(SessionId session, long sequence, Slot slot, ReadOnlySpan<byte> result)
    {
    }

    /// <summary>The results of a round of batches have been told: send what was gathered.</summary>
    void OnRoundEnd();
}
