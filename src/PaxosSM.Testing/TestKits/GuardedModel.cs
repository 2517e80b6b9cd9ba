using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.TestKits;

/// <summary>A user's model, whose texts never fail and always tell two answers apart where bytes do.</summary>
/// <remarks>It reads no tokens: generated values repeat.</remarks>
internal sealed class GuardedModel(IModel model) : IModel
{
    public object Initial => model.Initial;

    public string? PartitionOf(ReadOnlyMemory<byte> input, bool isQuery) => model.PartitionOf(input, isQuery);

    public ModelStep Step(object state, ReadOnlyMemory<byte> input, bool isQuery) =>
        model.Step(state, input, isQuery);

    public string DescribeInput(ReadOnlyMemory<byte> input, bool isQuery) =>
        Describe(input, () => model.DescribeInput(input, isQuery));

    public string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output) =>
        Describe(output, () => model.DescribeOutput(input, isQuery, output));

    // A wrong machine's answer may be nothing that the model's author thought of.
    private static string Describe(ReadOnlyMemory<byte> bytes, Func<string> describe)
    {
        try
        {
            return describe();
        }
        catch (Exception)
        {
            return ByteText.Of(bytes.Span);
        }
    }
}
