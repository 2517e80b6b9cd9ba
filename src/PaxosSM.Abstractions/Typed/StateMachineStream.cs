using System.Buffers;

namespace PaxosSM;

/// <summary>An ordered session with a machine's types. The contract is that of <see cref="ICommandStream"/>.</summary>
/// <typeparam name="TCommand">What changes the state.</typeparam>
/// <typeparam name="TResult">What a command returns.</typeparam>
public sealed class StateMachineStream<TCommand, TResult> : IAsyncDisposable
{
    private readonly ICommandStream _stream;
    private readonly ICommandSerializer _serializer;

    /// <summary>A typed stream; it owns the other.</summary>
    public StateMachineStream(ICommandStream stream, ICommandSerializer serializer)
    {
        _stream = stream;
        _serializer = serializer;
    }

    /// <summary>The session.</summary>
    public SessionId Session => _stream.Session;

    /// <summary>Sends a command; completes with its result.</summary>
    public async ValueTask<TResult> ExecuteAsync(TCommand command, CancellationToken cancellationToken = default)
    {
        var bytes = new ArrayBufferWriter<byte>();
        _serializer.Write(bytes, command);
        var result = await _stream.ExecuteAsync(bytes.WrittenMemory, cancellationToken).ConfigureAwait(false);
        return TypedReply.Read<TResult>(_serializer, result.Result);
    }

    /// <summary>
    /// Completes when all commands sent before are chosen, durable as the class says, and applied (R18).
    /// </summary>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => _stream.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
