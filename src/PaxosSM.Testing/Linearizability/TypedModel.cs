using System.Buffers;
using PaxosSM.Testing.TestKits;

namespace PaxosSM.Testing.Linearizability;

/// <summary>A model of a <see cref="StateMachine{TCommand, TResult, TQuery, TAnswer}"/>: what is left to write is what
/// commands and queries should answer.</summary>
/// <remarks>Bytes that are no command or query get the answer that a typed machine gives.</remarks>
/// <typeparam name="TCommand">What changes the state.</typeparam>
/// <typeparam name="TResult">What a command returns.</typeparam>
/// <typeparam name="TQuery">What reads the state.</typeparam>
/// <typeparam name="TAnswer">What a query returns.</typeparam>
/// <typeparam name="TState">An immutable type that compares by value, such as a number or a record of numbers and
/// strings.</typeparam>
/// <param name="serializer">The machine's.</param>
public abstract class TypedModel<TCommand, TResult, TQuery, TAnswer, TState>(ICommandSerializer serializer) : IModel
    where TState : notnull
{
    private const string Malformed = "malformed";

    /// <summary>A model of a machine that speaks JSON.</summary>
    protected TypedModel()
        : this(new JsonCommandSerializer())
    {
    }

    /// <inheritdoc/>
    public object Initial => Start;

    /// <summary>The state before the first operation: of everything, or of one part.</summary>
    protected abstract TState Start { get; }

    /// <inheritdoc/>
    public string? PartitionOf(ReadOnlyMemory<byte> input, bool isQuery) => isQuery
        ? serializer.TryRead<TQuery>(new(input), out var query) ? PartOfQuery(query) : Malformed
        : serializer.TryRead<TCommand>(new(input), out var command) ? PartOfCommand(command) : Malformed;

    /// <inheritdoc/>
    public ModelStep Step(object state, ReadOnlyMemory<byte> input, bool isQuery)
    {
        var known = (TState)state;
        if (isQuery)
        {
            return serializer.TryRead<TQuery>(new(input), out var query)
                ? new(Reply(Query(known, query)), state)
                : new(Refusal(typeof(TQuery)), state);
        }

        if (!serializer.TryRead<TCommand>(new(input), out var command))
        {
            return new(Refusal(typeof(TCommand)), state);
        }

        var (result, next) = Apply(known, command);
        return new(Reply(result), next);
    }

    /// <inheritdoc/>
    public string DescribeInput(ReadOnlyMemory<byte> input, bool isQuery) => isQuery
        ? Describe<TQuery>(input, ByteText.Of(input.Span))
        : Describe<TCommand>(input, ByteText.Of(input.Span));

    /// <inheritdoc/>
    public string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output)
    {
        var bytes = ByteText.Of(output.Span);
        return !TypedReply.IsOk(output.Span) ? bytes
            : isQuery ? Describe<TAnswer>(output[1..], bytes)
            : Describe<TResult>(output[1..], bytes);
    }

    /// <summary>What a command answers, and the state after it.</summary>
    protected abstract (TResult Result, TState Next) Apply(TState state, TCommand command);

    /// <summary>What a query answers.</summary>
    protected abstract TAnswer Query(TState state, TQuery query);

    /// <summary>Names the part of the state that a command reads and writes, such as its key; null for all of it
    /// (<see cref="IModel.PartitionOf"/>).</summary>
    protected virtual string? PartOfCommand(TCommand command) => null;

    /// <summary>Names the part of the state that a query reads; null for all of it.</summary>
    protected virtual string? PartOfQuery(TQuery query) => null;

    private static ReadOnlyMemory<byte> Refusal(Type type)
    {
        var bytes = new ArrayBufferWriter<byte>();
        TypedReply.WriteMalformed(bytes, type);
        return bytes.WrittenMemory;
    }

    private ReadOnlyMemory<byte> Reply<T>(T value)
    {
        var bytes = new ArrayBufferWriter<byte>();
        TypedReply.WriteOk(bytes);
        serializer.Write(bytes, value);
        return bytes.WrittenMemory;
    }

    private string Describe<T>(ReadOnlyMemory<byte> bytes, string otherwise) =>
        serializer.TryRead<T>(new(bytes), out var value) ? $"{value}" : otherwise;
}
