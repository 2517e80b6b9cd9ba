namespace PaxosSM.Client;

/// <summary>An ordered session, as an application sees it.</summary>
internal sealed class CommandStream : ICommandStream
{
    private readonly PaxosClient _client;
    private readonly ClientSession _session;

    public CommandStream(PaxosClient client, ClientSession session)
    {
        _client = client;
        _session = session;
        Session = session.Id;
    }

    public SessionId Session { get; }

    public ValueTask<CommandResult> ExecuteAsync(
        ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default) =>
        Execute(new(command, default), cancellationToken);

    public ValueTask<CommandResult> ExecuteAsync(
        ReadOnlyMemory<byte> command, Action<TentativeResult> tentative, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tentative);
        return Execute(new(command, default) { Tentative = tentative }, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        new(_session.FlushAsync(cancellationToken));

    public ValueTask DisposeAsync() => _client.CloseAsync(_session);

    private ValueTask<CommandResult> Execute(in CommandCall call, CancellationToken token)
    {
        if (_client.Check(call.Command, token) is { } wrong)
        {
            return ValueTask.FromException<CommandResult>(wrong);
        }

        return _session.TryExecute(call, token, out var refusal) is { } waiter
            ? waiter.Task
            : ValueTask.FromException<CommandResult>(refusal!); // it was not taken
    }
}
