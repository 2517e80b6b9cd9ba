namespace PaxosSM;

/// <summary>For machines with effects outside the cluster: they note each as an entry of their state, and the host
/// delivers it (R27).</summary>
/// <remarks>
/// <para>Most easily by an <see cref="Outbox"/>; a machine with a store of its own may use a table of it, written in
/// the unit of the command (<see cref="IStoredStateMachine"/>), with tokens from <see cref="OutboxToken.Of"/>. The
/// contract is that of the outbox: entries of one destination leave it only by <see cref="Acknowledge"/>, and come in
/// the order of their tokens.</para>
/// <para>A typed machine (<see cref="StateMachine{TCommand, TResult, TQuery, TAnswer}"/>) need only implement this. Any
/// other hands its commands to <see cref="OutboxRequests.TryApply"/> and its queries to
/// <see cref="OutboxRequests.TryQuery"/> first.</para>
/// <para>Threads and errors: as <see cref="IStateMachine"/>.</para>
/// </remarks>
public interface IOutboxStateMachine : IStateMachine
{
    /// <summary>Whom something waits for, each once, in a ring: first those that follow <paramref name="after"/> in an
    /// order of names that stays, then those from the first on, and it last.</summary>
    /// <remarks>So each has its turn, however many there are.</remarks>
    /// <param name="destinationsMax">How many are asked for at most.</param>
    /// <param name="after">Where in the ring to begin; nothing need wait for it any more.</param>
    IReadOnlyList<string> OutboxDestinations(int destinationsMax, string after);

    /// <summary>What waits for a destination, the oldest first, without a gap; empty for nothing.</summary>
    /// <param name="destination">The destination.</param>
    /// <param name="entriesMax">How many are asked for at most.</param>
    /// <param name="bytesMax">How many bytes of payload are asked for at most; the first entry comes all the
    /// same.</param>
    IReadOnlyList<OutboxEntry> ReadOutbox(string destination, int entriesMax, long bytesMax);

    /// <summary>The receiver has confirmed the destination's entries through this one: they go. Deterministic, like
    /// <see cref="IStateMachine.Apply"/>; a repeat changes nothing.</summary>
    void Acknowledge(in CommandContext context, string destination, in OutboxToken through);
}
