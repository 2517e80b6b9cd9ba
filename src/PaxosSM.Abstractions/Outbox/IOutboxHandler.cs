namespace PaxosSM;

/// <summary>Takes effects from outboxes to their receivers, for the host.</summary>
/// <remarks>
/// <para>At least once: an entry comes again when the acknowledgement of what was confirmed did not reach the log, and
/// two nodes may deliver at the same time around a change of leader. The receiver tells repeats by the token
/// (<see cref="DuplicateFilter"/>).</para>
/// <para>In order: for one destination of one group an entry comes only after all before it were confirmed, one call
/// at a time on one node, but for calls that go on after their token was cancelled. Destinations are served side by
/// side.</para>
/// </remarks>
public interface IOutboxHandler
{
    /// <summary>Delivers an entry; returns once the receiver has confirmed that it keeps both the effect and the fact
    /// that it saw the token.</summary>
    /// <remarks>An exception means: not delivered, as far as is known. It is tried again after a pause.</remarks>
    ValueTask DeliverAsync(OutboxEntry entry, CancellationToken cancellationToken);
}
