namespace PaxosSM;

/// <summary>Sends commands and queries to a group's state machine, as bytes.</summary>
/// <remarks>
/// Safe for use by many threads. Every wait ends: at the cancellation token, at the configured deadline, or with a
/// <see cref="PaxosException"/> that says what was waited for. Retries happen inside, by session, so that a command is
/// applied at most once whatever fails, and exactly once if it is answered.
/// </remarks>
public interface IPaxosClient : IAsyncDisposable
{
    /// <summary>Applies a command and returns its result. Calls that overlap may be applied in any order.</summary>
    /// <exception cref="PaxosException">Not answered; <see cref="PaxosException.OutcomeUnknown"/> says whether it may
    /// apply.</exception>
    ValueTask<CommandResult> ExecuteAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default);

    /// <summary>The same, the result written into the caller's memory: for callers that allocate nothing.</summary>
    /// <param name="command">The command.</param>
    /// <param name="result">Where the result goes; <see cref="CommandResult.Result"/> is the part of it that was
    /// written. A result that is longer is in memory of its own. Nothing is written once the task has
    /// completed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PaxosException">As with the other.</exception>
    ValueTask<CommandResult> ExecuteAsync(
        ReadOnlyMemory<byte> command, Memory<byte> result, CancellationToken cancellationToken = default) =>
        CommandResult.IntoAsync(ExecuteAsync(command, cancellationToken), result);

    /// <summary>Answers a query at the given consistency.</summary>
    /// <exception cref="PaxosException">Not answered.</exception>
    ValueTask<QueryResult> QueryAsync(
        ReadOnlyMemory<byte> query, ReadConsistency consistency = default,
            CancellationToken cancellationToken = default);

    /// <summary>Opens an ordered session: its commands are applied in the order in which they were sent (R17,
    /// R18).</summary>
    ValueTask<ICommandStream> OpenStreamAsync(CancellationToken cancellationToken = default);
}

/// <summary>An ordered session: any number of commands in flight, applied once each, in the order of the
/// calls.</summary>
/// <remarks>
/// The order is that in which <see cref="ExecuteAsync(ReadOnlyMemory{byte}, CancellationToken)"/> is entered; calls
/// from several threads are ordered by arrival. A command whose wait was cancelled or timed out keeps its place: it may
/// still be applied, and later commands are applied only after it.
/// </remarks>
public interface ICommandStream : IAsyncDisposable
{
    /// <summary>The session.</summary>
    SessionId Session { get; }

    /// <summary>Sends a command; completes with its result.</summary>
    /// <exception cref="PaxosException"><see cref="PaxosError.Busy"/> when the window is full: nothing was
    /// sent.</exception>
    ValueTask<CommandResult> ExecuteAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default);

    /// <summary>Sends a command, as the other does, and tells its result ahead of choice as well (R18), if the node
    /// that serves this client has an <see cref="IOptimisticStateMachine"/> and votes for it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="tentative">Called each time that a result is guessed, if ever: each guess takes the place of the
    /// one before, and the result that the task completes with takes the place of all. One call at a time, on any
    /// thread; it must not block nor throw. The last one may come after the completion.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PaxosException">As with the other.</exception>
    ValueTask<CommandResult> ExecuteAsync(
        ReadOnlyMemory<byte> command,
        Action<TentativeResult> tentative,
        CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, cancellationToken);

    /// <summary>Completes when all commands sent before are chosen, durable as the class says, and applied
    /// (R18).</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}
