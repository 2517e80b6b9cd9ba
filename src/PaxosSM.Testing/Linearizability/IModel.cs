namespace PaxosSM.Testing.Linearizability;

/// <summary>What a state machine should do, one operation at a time: the specification that histories are judged
/// by.</summary>
/// <remarks>
/// <para>Write it as plainly as you can, and not by calling the machine under test. <see cref="Model{TState}"/> is the
/// convenient way.</para>
/// <para>States are immutable, and compare by value: the checker remembers them by <see cref="object.Equals(object)"/>
/// and <see cref="object.GetHashCode"/>. A C# record of strings and numbers does both.</para>
/// </remarks>
public interface IModel
{
    /// <summary>The state before the first operation: of everything, or of one partition.</summary>
    object Initial { get; }

    /// <summary>Names the part of the state that an operation reads and writes, such as its key; null for all of
    /// it.</summary>
    /// <remarks>Operations of different parts must be independent: each part is judged alone, from
    /// <see cref="Initial"/>. One null in a history puts all its operations into one part, which costs time.</remarks>
    string? PartitionOf(ReadOnlyMemory<byte> input, bool isQuery);

    /// <summary>What an operation answers in a state, and the state after it.</summary>
    /// <remarks>Deterministic. A query leaves the state as it is.</remarks>
    ModelStep Step(object state, ReadOnlyMemory<byte> input, bool isQuery);

    /// <summary>Says an operation's input to people, in a few characters, such as <c>put k3 "a"</c>.</summary>
    string DescribeInput(ReadOnlyMemory<byte> input, bool isQuery);

    /// <summary>Says an operation's answer to people, in a few characters.</summary>
    string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output);
}

/// <summary>What a model does with an operation.</summary>
/// <param name="Output">The answer.</param>
/// <param name="Next">The state after it.</param>
public readonly record struct ModelStep(ReadOnlyMemory<byte> Output, object Next);
