namespace PaxosSM.Testing.Linearizability;

/// <summary>A model whose states have a type: the convenient way to write an <see cref="IModel"/>.</summary>
/// <typeparam name="TState">An immutable type that compares by value, such as a record.</typeparam>
public abstract class Model<TState> : IModel
    where TState : class
{
    /// <inheritdoc/>
    public object Initial => Start;

    /// <summary>The state before the first operation.</summary>
    protected abstract TState Start { get; }

    /// <inheritdoc/>
    public virtual string? PartitionOf(ReadOnlyMemory<byte> input, bool isQuery) => null;

    /// <inheritdoc/>
    public ModelStep Step(object state, ReadOnlyMemory<byte> input, bool isQuery)
    {
        if (isQuery)
        {
            return new(Query((TState)state, input.Span), state);
        }

        var (output, next) = Apply((TState)state, input.Span);
        return new(output, next);
    }

    /// <inheritdoc/>
    public virtual string DescribeInput(ReadOnlyMemory<byte> input, bool isQuery) => Hex(input);

    /// <inheritdoc/>
    public virtual string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output) =>
        Hex(output);

    /// <summary>What a command answers, and the state after it.</summary>
    protected abstract (byte[] Output, TState Next) Apply(TState state, ReadOnlySpan<byte> command);

    /// <summary>What a query answers.</summary>
    protected abstract byte[] Query(TState state, ReadOnlySpan<byte> query);

    private static string Hex(ReadOnlyMemory<byte> bytes) =>
        bytes.IsEmpty ? "nothing" : Convert.ToHexStringLower(bytes.Span);
}
