using System.Buffers;

namespace PaxosSM;

/// <summary>A client with a machine's types, over one of bytes.</summary>
/// <remarks>The contract is that of <see cref="IPaxosClient"/>. A result or answer must not be null.</remarks>
/// <typeparam name="TCommand">What changes the state.</typeparam>
/// <typeparam name="TResult">What a command returns.</typeparam>
/// <typeparam name="TQuery">What reads the state.</typeparam>
/// <typeparam name="TAnswer">What a query returns.</typeparam>
public sealed class StateMachineClient<TCommand, TResult, TQuery, TAnswer> : IAsyncDisposable
{
    private readonly IPaxosClient _client;
    private readonly ICommandSerializer _serializer;

    /// <summary>A typed client; it owns the other.</summary>
    public StateMachineClient(IPaxosClient client, ICommandSerializer serializer)
    {
        _client = client;
        _serializer = serializer;
    }

    /// <summary>Applies a command, exactly once if it is answered, and returns its result.</summary>
    public async ValueTask<TResult> ExecuteAsync(TCommand command, CancellationToken cancellationToken = default)
    {
        var result = await _client.ExecuteAsync(Bytes(command), cancellationToken).ConfigureAwait(false);
        return TypedReply.Read<TResult>(_serializer, result.Result);
    }

    /// <summary>Answers a query at the given consistency; linearizable if none is named.</summary>
    public async ValueTask<TAnswer> QueryAsync(
        TQuery query, ReadConsistency consistency = default, CancellationToken cancellationToken = default)
    {
        var result = await _client.QueryAsync(Bytes(query), consistency, cancellationToken).ConfigureAwait(false);
        return TypedReply.Read<TAnswer>(_serializer, result.Result);
    }

    /// <summary>
    /// Opens an ordered session: its commands are applied in the order in which they were sent (R17, R18).
    /// </summary>
    public async ValueTask<StateMachineStream<TCommand, TResult>> OpenStreamAsync(
        CancellationToken cancellationToken = default) =>
        new(await _client.OpenStreamAsync(cancellationToken).ConfigureAwait(false), _serializer);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private ReadOnlyMemory<byte> Bytes<T>(T value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        _serializer.Write(bytes, value);
        return bytes.WrittenMemory;
    }
}
