using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace PaxosSM;

/// <summary>
/// A state machine with types: what is left to write is what commands and queries do, and what the state is.
/// </summary>
/// <remarks>
/// The contract is that of <see cref="IStateMachine"/>. A command that is no <typeparamref name="TCommand"/> is
/// answered with an error and changes nothing: a client's bytes must never stop a replica. <see cref="Save"/> runs
/// between two commands; for states that take long to write, implement <see cref="IStateMachine"/> instead.
/// </remarks>
/// <typeparam name="TCommand">What changes the state.</typeparam>
/// <typeparam name="TResult">What a command returns.</typeparam>
/// <typeparam name="TQuery">What reads the state.</typeparam>
/// <typeparam name="TAnswer">What a query returns.</typeparam>
public abstract class StateMachine<TCommand, TResult, TQuery, TAnswer> : IStateMachine
{
    /// <summary>A machine that speaks JSON.</summary>
    [RequiresUnreferencedCode("JSON by reflection needs the types' members; pass a serializer instead.")]
    [RequiresDynamicCode("JSON by reflection needs code at run time; pass a serializer instead.")]
    protected StateMachine()
        : this(new JsonCommandSerializer())
    {
    }

    /// <summary>A machine that speaks as <paramref name="serializer"/> does; its clients must too.</summary>
    protected StateMachine(ICommandSerializer serializer) => Serializer = serializer;

    /// <summary>Turns values into bytes and back.</summary>
    protected ICommandSerializer Serializer { get; }

    /// <summary>A client with this machine's types, which speaks JSON.</summary>
    [RequiresUnreferencedCode("JSON by reflection needs the types' members; pass a serializer instead.")]
    [RequiresDynamicCode("JSON by reflection needs code at run time; pass a serializer instead.")]
    [SuppressMessage(
        "Design", "CA1000", Justification = "Called as Counter.Connect(client): the machine names the types.")]
    public static StateMachineClient<TCommand, TResult, TQuery, TAnswer> Connect(IPaxosClient client) =>
        Connect(client, new JsonCommandSerializer());

    /// <summary>A client with this machine's types.</summary>
    [SuppressMessage(
        "Design", "CA1000", Justification = "Called as Counter.Connect(client): the machine names the types.")]
    public static StateMachineClient<TCommand, TResult, TQuery, TAnswer> Connect(
        IPaxosClient client, ICommandSerializer serializer) =>
        new(client, serializer);

    /// <inheritdoc/>
    public void Apply(in CommandContext context, ReadOnlySequence<byte> command, IBufferWriter<byte> result)
    {
        if (this is IOutboxStateMachine outbox && OutboxRequests.TryApply(outbox, in context, in command))
        {
            return;
        }

        if (!Serializer.TryRead<TCommand>(command, out var typed))
        {
            TypedReply.WriteMalformed(result, typeof(TCommand));
            return;
        }

        var applied = Apply(context, typed);
        TypedReply.WriteOk(result);
        Serializer.Write(result, applied);
    }

    /// <inheritdoc/>
    public void Query(in QueryContext context, ReadOnlySequence<byte> query, IBufferWriter<byte> result)
    {
        if (this is IOutboxStateMachine outbox && OutboxRequests.TryQuery(outbox, in query, result))
        {
            return;
        }

        if (!Serializer.TryRead<TQuery>(query, out var typed))
        {
            TypedReply.WriteMalformed(result, typeof(TQuery));
            return;
        }

        var answer = Query(context, typed);
        TypedReply.WriteOk(result);
        Serializer.Write(result, answer);
    }

    /// <inheritdoc/>
    public ISnapshotWriter BeginSnapshot()
    {
        var bytes = new ArrayBufferWriter<byte>();
        Save(bytes);
        return new CapturedSnapshot(bytes.WrittenMemory);
    }

    /// <inheritdoc/>
    public async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await snapshot.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        Load(new(bytes.GetBuffer().AsMemory(0, (int)bytes.Length)));
    }

    /// <summary>Applies one command: deterministic; returns its result, a failure too.</summary>
    protected abstract TResult Apply(in CommandContext context, TCommand command);

    /// <summary>Answers a query; changes nothing.</summary>
    protected abstract TAnswer Query(in QueryContext context, TQuery query);

    /// <summary>Writes the whole state; equal states give equal bytes.</summary>
    protected abstract void Save(IBufferWriter<byte> snapshot);

    /// <summary>Replaces the state by what <see cref="Save"/> wrote.</summary>
    protected abstract void Load(ReadOnlySequence<byte> snapshot);

    /// <summary>Reads a value that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such value.</exception>
    protected T Read<T>(in ReadOnlySequence<byte> source) =>
        Serializer.TryRead<T>(source, out var value) ? value : throw new InvalidDataException(
            $"the snapshot holds no {typeof(T)}");

    private sealed class CapturedSnapshot(ReadOnlyMemory<byte> bytes) : ISnapshotWriter
    {
        public ValueTask WriteAsync(Stream destination, CancellationToken cancellationToken) =>
            destination.WriteAsync(bytes, cancellationToken);

        public void Dispose()
        {
        }
    }
}
