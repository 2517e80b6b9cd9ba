using PaxosSM.Testing.Linearizability;

namespace PaxosSM.Testing.TestKits;

/// <summary>Machine and model answer every command and query of a script alike.</summary>
internal sealed class ModelAgreement(IModel model) : IMachineProperty
{
    private const string Machine = "the machine";
    private const string Model = "the model";
    private readonly GuardedModel _model = new(model);

    public string Claim => "The machine answers as its model does.";

    public IReadOnlyList<string> UsualCauses =>
    [
        "a case that the machine, or the model, does not know",
        "an answer from an older state: a cache that a command does not empty",
        "a model whose states do not compare by value (a list in a record), or that changes a state in place",
        "parts of the state that depend on each other: PartitionOf must return null then",
        "an answer that depends on time or on who leads, which a model does not know",
    ];

    public Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script)
    {
        var run = MachineRun.Start(machine.Create());
        var beside = new ModelRun(_model, script);
        foreach (var logged in ScriptLog.Of(script))
        {
            run.Play(logged);
            if (ModelRun.Ask(logged.Step) is not { } asked)
            {
                continue;
            }

            var (what, answer) = run.Sights[^1];
            var named = $"{what}, {_model.DescribeInput(asked.Input, asked.IsQuery)}";
            if (Compare(named, answer, beside, asked) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private Difference? Compare(string what, byte[] answer, ModelRun beside, Question asked)
    {
        byte[] expected;
        Difference? flaw;
        try
        {
            expected = beside.Answer(asked, out flaw);
        }
        catch (Exception exception)
        {
            return new(what, Machine, Describe(asked, answer), Model,
                $"threw {exception.GetType().Name}: {exception.Message}");
        }

        if (Difference.Between(what, Machine, answer, Model, expected) is not { } difference)
        {
            return flaw;
        }

        // Bytes are shown where the model has one text for two answers.
        var (seen, due) = (Describe(asked, answer), Describe(asked, expected));
        return seen == due ? difference : new(what, Machine, seen, Model, due);
    }

    private string Describe(Question asked, byte[] output) =>
        _model.DescribeOutput(asked.Input, asked.IsQuery, output);
}
