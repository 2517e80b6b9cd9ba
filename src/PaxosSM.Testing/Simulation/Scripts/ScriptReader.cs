using System.Globalization;

namespace PaxosSM.Testing.Simulation;

/// <summary>Reads a script line by line. It takes nothing that it does not know, and nothing twice.</summary>
internal sealed class ScriptReader
{
    /// <summary>The value that stands alone after a fault's name: whom it concerns.</summary>
    public const string SubjectName = "node";

    private const string NoFirstLine = $"a script begins with \"{SimulationScript.FirstLine}\"";
    private readonly HashSet<string> _said = [];
    private readonly List<Fault> _faults = [];
    private SimulationPlan _plan = new() { Seed = 0, Members = [] };
    private bool _begun;

    /// <exception cref="FormatException">The line is wrong.</exception>
    public void Read(string line)
    {
        var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            return;
        }

        if (!_begun)
        {
            Require(string.Join(' ', words) == SimulationScript.FirstLine, NoFirstLine);
            _begun = true;
        }
        else if (char.IsAsciiDigit(words[0][0]))
        {
            ReadFault(words);
        }
        else
        {
            ReadSetting(words);
        }
    }

    /// <exception cref="FormatException">Something is missing.</exception>
    public SimulationPlan Plan()
    {
        Require(_begun, NoFirstLine);
        Require(_said.Contains(SimulationScript.SeedName), "there is no seed");
        Require(_said.Contains(SimulationScript.MembersName), "there are no members");
        var problem = RegionMap.Problem(_plan);
        Require(problem is null, problem ?? string.Empty);
        return _plan with { Faults = [.. _faults] };
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new FormatException(problem);
        }
    }

    private void ReadSetting(string[] words)
    {
        var name = words[0];
        Require(_faults.Count == 0, "settings stand before the first fault");
        Require(words.Length > 1, $"{name} has no value");
        Require(_said.Add(name), $"{name} was said before");
        switch (name)
        {
            case SimulationScript.MembersName:
                _plan = _plan with { Members = [.. words[1..].Select(RolesText.Read)] };
                break;
            case SimulationScript.RegionsName:
                _plan = _plan with { Regions = Values(words, text => (int)ScriptText.Read(typeof(int), text)) };
                break;
            case SimulationScript.DistancesName:
                _plan = _plan with { Distances = Values(words, ScriptText.Span) };
                break;
            default:
                ReadValue(words);
                break;
        }
    }

    private static IReadOnlyList<T> Values<T>(string[] words, Func<string, T> read) =>
        [.. words[1..].Select(word => Value(words[0], () => read(word)))];

    private void ReadValue(string[] words)
    {
        var name = words[0];
        Require(words.Length == 2, $"{name} has more than one value");
        if (name == SimulationScript.SeedName)
        {
            _plan = _plan with { Seed = (ulong)ScriptText.Read(typeof(ulong), words[1]) };
            return;
        }

        var setting = PlanSetting.All.FirstOrDefault(each => each.Name == name);
        Require(setting is not null, $"there is no setting \"{name}\"");
        _plan = setting!.Set(_plan, Value(name, () => ScriptText.Read(setting.Type, words[1])));
    }

    private void ReadFault(string[] words)
    {
        var at = ScriptText.Span(words[0]);
        Require(_plan.Members.Count > 0, "the members stand before the first fault");
        Require(_faults.Count == 0 || _faults[^1].At <= at, "faults stand in the order of time");
        Require(words.Length > 1, "what happens then?");
        var kind = FaultKind.All.FirstOrDefault(each => each.Name == words[1]);
        Require(kind is not null, $"there is no fault \"{words[1]}\"; there are {string.Join(", ", FaultKind.All)}");
        var given = Given(words[2..]);
        var fault = kind!.Make(at, kind.Fields.Select(field => Take(field, given)).ToList());
        Require(given.Count == 0, $"a {kind} has no \"{string.Join("\", \"", given.Keys)}\"");
        _faults.Add(fault);
    }

    /// <summary>The words by name; the one without a name that looks like a node is the subject.</summary>
    private static SortedDictionary<string, string?> Given(string[] words)
    {
        var given = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        for (var index = 0; index < words.Length; index++)
        {
            var parts = words[index].Split('=', 2);
            var (name, value) = parts.Length == 2 ? (parts[0], parts[1]) : (parts[0], null);
            if (index == 0 && value is null && name.Length > 1 && name[0] == 'n' && char.IsAsciiDigit(name[1]))
            {
                (name, value) = (SubjectName, name);
            }

            Require(given.TryAdd(name, value), $"{name} is said twice");
        }

        return given;
    }

    private object Take(FaultField field, SortedDictionary<string, string?> given)
    {
        var found = given.Remove(field.Name, out var text);
        if (field.Kind == FaultFieldKind.Flag)
        {
            Require(text is null, $"{field.Name} stands alone, without a value");
            return found;
        }

        Require(
            text is not null,
            field.Name == SubjectName ? "whose? Name a node like n0" : $"{field.Name}= is missing");
        var value = Value(field.Name, () => field.Read(text!));
        switch (value)
        {
            case int place when field.Kind == FaultFieldKind.Node:
                RequireNode(place);
                break;
            case IReadOnlyList<DirectedLink> links:
                foreach (var link in links)
                {
                    RequireNode(link.From);
                    RequireNode(link.To);
                }

                break;
            case IReadOnlyList<int> places:
                places.ToList().ForEach(RequireNode);
                break;
            default:
                break;
        }

        return value;
    }

    private void RequireNode(int place) => Require(
        place < _plan.Members.Count,
        string.Create(CultureInfo.InvariantCulture, $"there is no n{place}: {_plan.Members.Count} members are named"));

    private static T Value<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{name}: {wrong.Message}");
        }
    }
}
