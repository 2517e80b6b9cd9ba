namespace PaxosSM.Simulation.Tests.TestKits;

internal sealed class CountsOneNameTwice : TallyMachine
{
    protected override string Do(in CommandContext context, string command)
    {
        if (command == "xyz")
        {
            _ = base.Do(context, command);
        }

        return base.Do(context, command);
    }
}

internal sealed class AnswersFromBeforeTheLastCommand : TallyMachine
{
    private SortedDictionary<string, long> _before = new(StringComparer.Ordinal);

    protected override string Do(in CommandContext context, string command)
    {
        _before = new(Counts, StringComparer.Ordinal);
        return base.Do(context, command);
    }

    protected override string Count(string name) => Text(_before.GetValueOrDefault(name));
}

/// <summary>Nothing is wrong until it is restored; from then on its queries see what was restored.</summary>
internal sealed class AnswersFromItsSnapshot : TallyMachine
{
    private SortedDictionary<string, long>? _restored;

    protected override string Count(string name) =>
        _restored is null ? base.Count(name) : Text(_restored.GetValueOrDefault(name));

    protected override void Load(string saved)
    {
        base.Load(saved);
        _restored = new(Counts, StringComparer.Ordinal);
    }
}

internal sealed class RestoresNothing : TallyMachine
{
    protected override void Load(string saved) => base.Load(string.Empty);
}

internal sealed class KnowsManyWords : TallyMachine
{
    protected override string Do(in CommandContext context, string command) => "one hundred";
}
