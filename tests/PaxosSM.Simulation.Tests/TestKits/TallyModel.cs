using System.Globalization;
using System.Text;
using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Simulation.Tests.TestKits;

/// <summary>What a <see cref="TallyMachine"/> should answer, name by name.</summary>
internal class TallyModel : Model<TallyState>
{
    protected override TallyState Start => new(0);

    public override string? PartitionOf(ReadOnlyMemory<byte> input, bool isQuery) =>
        isQuery ? Read(input.Span) : Read(input.Span).TrimStart('-');

    public override string DescribeInput(ReadOnlyMemory<byte> input, bool isQuery) =>
        isQuery ? $"how many {Read(input.Span)}" : Read(input.Span);

    public override string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output) =>
        $"'{Read(output.Span)}'";

    protected override (byte[] Output, TallyState Next) Apply(TallyState state, ReadOnlySpan<byte> command) =>
        Read(command).StartsWith('-')
            ? (Write(state.Count > 0 ? "forgotten" : "unknown"), Start)
            : (Write(state.Count + 1), new(state.Count + 1));

    protected override byte[] Query(TallyState state, ReadOnlySpan<byte> query) => Write(state.Count);

    protected static string Read(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    protected static byte[] Write(IFormattable text) => Write(text.ToString(null, CultureInfo.InvariantCulture));

    protected static byte[] Write(string text) => Encoding.UTF8.GetBytes(text);
}

internal sealed record TallyState(long Count);

internal sealed class SaysGone : TallyModel
{
    protected override (byte[] Output, TallyState Next) Apply(TallyState state, ReadOnlySpan<byte> command)
    {
        var (output, next) = base.Apply(state, command);
        return (Read(output) == "forgotten" ? Write("gone") : output, next);
    }
}

internal sealed class HasOneTextForAll : TallyModel
{
    public override string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output) =>
        "some number";
}

internal sealed class CannotSayWhatItDoesNotKnow : TallyModel
{
    public override string DescribeOutput(ReadOnlyMemory<byte> input, bool isQuery, ReadOnlyMemory<byte> output) =>
        $"{long.Parse(Read(output.Span), CultureInfo.InvariantCulture)}";
}

internal sealed class KnowsNoBadNames : TallyModel
{
    protected override (byte[] Output, TallyState Next) Apply(TallyState state, ReadOnlySpan<byte> command) =>
        Read(command) == "bad" ? throw new FormatException("what is bad?") : base.Apply(state, command);
}

internal sealed class CountsQueriesToo : TallyModel, IModel
{
    ModelStep IModel.Step(object state, ReadOnlyMemory<byte> input, bool isQuery) => Step(state, input, isQuery) with
    {
        Next = isQuery ? new TallyState(((TallyState)state).Count + 1) : Step(state, input, isQuery).Next,
    };
}

/// <summary>A model of machines that answer commands with nothing; its states are no good.</summary>
internal abstract class KeepsAList : Model<List<string>>
{
    protected override List<string> Start => [];

    protected override byte[] Query(List<string> state, ReadOnlySpan<byte> query) => [];
}

internal sealed class DoesNotCompareByValue : KeepsAList
{
    protected override (byte[] Output, List<string> Next) Apply(List<string> state, ReadOnlySpan<byte> command) =>
        ("1"u8.ToArray(), [.. state, "one"]);
}

internal sealed class ChangesItsState : KeepsAList
{
    protected override (byte[] Output, List<string> Next) Apply(List<string> state, ReadOnlySpan<byte> command)
    {
        state.Add("one");
        return ([(byte)('0' + state.Count)], state);
    }
}
