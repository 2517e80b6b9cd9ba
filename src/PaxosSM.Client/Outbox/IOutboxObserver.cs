namespace PaxosSM.Client;

/// <summary>Is told what becomes of one node's deliveries.</summary>
/// <remarks>Threads: any, and several at once. Must not block.</remarks>
internal interface IOutboxObserver
{
    /// <summary>A receiver has confirmed an entry of the group.</summary>
    void Delivered(GroupId group);

    /// <summary>A try to deliver failed; the next one follows after a pause.</summary>
    void Failed(OutboxEntry entry, int attempts, TimeSpan pause, Exception? why);

    /// <summary>A destination is left alone.</summary>
    void Stopped(StoppedDelivery delivery);

    /// <summary>The group's outbox could not be read or acknowledged; the next try follows after a pause.</summary>
    void Unreadable(GroupId group, TimeSpan pause, Exception? why);
}
