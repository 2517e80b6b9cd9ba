using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.TestKits;

/// <summary>A model in the course of a script, part by part.</summary>
internal sealed class ModelRun
{
    private readonly IModel _model;
    private readonly bool _hasParts;
    private readonly SortedDictionary<string, object> _states = new(StringComparer.Ordinal);

    public ModelRun(IModel model, IReadOnlyList<MachineStep> script)
    {
        _model = model;
        _hasParts = script.Select(Ask).OfType<Question>().All(asked => PartOf(asked) is not null);
    }

    /// <summary>What a step asks for; null where it asks for nothing.</summary>
    public static Question? Ask(MachineStep step) => step switch
    {
        CommandStep command => new(command.Payload.Bytes, false),
        QueryStep query => new(query.Payload.Bytes, true),
        _ => null,
    };

    /// <summary>What the model answers.</summary>
    /// <param name="asked">What it is asked.</param>
    /// <param name="flaw">Why it is no model; null when it is one as far as can be seen.</param>
    public byte[] Answer(Question asked, out Difference? flaw)
    {
        var part = (_hasParts ? PartOf(asked) : null) ?? string.Empty;
        var state = _states.GetValueOrDefault(part) ?? _model.Initial;
        var (output, next) = _model.Step(state, asked.Input, asked.IsQuery);
        var bytes = output.ToArray();
        flaw = asked.IsQuery && !Same(state, next)
            ? new("the model's state", "before a query", $"{state}", "after it", $"{next}")
            : Compare(bytes, next, _model.Step(state, asked.Input, asked.IsQuery));
        _states[part] = next;
        return bytes;
    }

    private static Difference? Compare(byte[] output, object next, ModelStep again)
    {
        const string Once = "the first time";
        const string Twice = "the second time, from the same state";
        return Difference.Between("the model's answer", Once, output, Twice, again.Output.ToArray())
            ?? (Same(next, again.Next) ? null : new(
                "the model's next state, by Equals and GetHashCode", Once, $"{next}", Twice, $"{again.Next}"));
    }

    private static bool Same(object one, object other) =>
        one.Equals(other) && one.GetHashCode() == other.GetHashCode();

    private string? PartOf(Question asked) => _model.PartitionOf(asked.Input, asked.IsQuery);
}

/// <summary>A command or query, for a model.</summary>
internal sealed record Question(ReadOnlyMemory<byte> Input, bool IsQuery);
