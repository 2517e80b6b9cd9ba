using System.Text;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.Linearizability;

/// <summary>Registers of text, asked in words: <c>write x a</c>, <c>append x a</c>, <c>cas x a b</c>,
/// <c>read x</c>.</summary>
internal sealed class TextModel : Model<string>
{
    public const string Nothing = "-";

    protected override string Start => Nothing;

    public override string? PartitionOf(ReadOnlyMemory<byte> input, bool isQuery) => Text(input.Span).Split(' ')[1];

    public override string DescribeInput(ReadOnlyMemory<byte> input, bool isQuery) => Text(input.Span);

    public override string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output) =>
        Text(output.Span);

    public static (string Output, string Next) Say(string state, string command)
    {
        var words = command.Split(' ');
        return words[0] switch
        {
            "write" => ("ok", words[2]),
            "append" => (state + words[2], state + words[2]),
            "cas" => state == words[2] ? ("yes", words[3]) : ("no", state),
            "read" => (state, state),
            _ => throw new FormatException(command),
        };
    }

    protected override (byte[] Output, string Next) Apply(string state, ReadOnlySpan<byte> command)
    {
        var (output, next) = Say(state, Text(command));
        return (Encoding.UTF8.GetBytes(output), next);
    }

    protected override byte[] Query(string state, ReadOnlySpan<byte> query) =>
        Encoding.UTF8.GetBytes(Say(state, Text(query)).Output);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
