namespace PaxosSM.RedisKv.CommandLine;

/// <summary>The options on the command line and their values.</summary>
internal sealed class GivenOptions
{
    private static readonly string[] Valued =
        ["--data", "--config", "--self", "--listen", "--log", "--max-connections", "--restore", "--reads"];
    private static readonly string[] Plain = ["--help", "--standalone"];

    private readonly Dictionary<string, List<string>> _values = [];

    /// <summary>Splits the arguments into options; <c>--name value</c> and <c>--name=value</c> are the same.</summary>
    /// <exception cref="CommandLineException">An option is not known or lacks its value.</exception>
    public GivenOptions(IReadOnlyList<string> arguments)
    {
        for (var index = 0; index < arguments.Count; index++)
        {
            var parts = arguments[index].Split('=', 2);
            var name = parts[0] is "-h" or "-?" ? "--help" : parts[0];
            if (Plain.Contains(name) && parts.Length == 1)
            {
                Add(name, string.Empty);
            }
            else if (!Valued.Contains(name))
            {
                throw new CommandLineException($"'{arguments[index]}' is not understood; --help lists all options");
            }
            else if (parts.Length == 1 && ++index == arguments.Count)
            {
                throw new CommandLineException($"{name} needs a value; --help explains it");
            }
            else
            {
                Add(name, parts.Length == 2 ? parts[1] : arguments[index]);
            }
        }
    }

    /// <summary>True when the option is given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>All values of an option that may stand several times.</summary>
    public IReadOnlyList<string> All(string name) => _values.GetValueOrDefault(name) ?? [];

    /// <summary>The value of an option that may stand once; null when it is not given.</summary>
    public string? One(string name) => All(name) switch
    {
        [] => null,
        [var value] when value.Length > 0 => value,
        [_] => throw new CommandLineException($"{name} needs a value; --help explains it"),
        _ => throw new CommandLineException($"{name} is given twice"),
    };

    /// <summary>Refuses options that do not go with another.</summary>
    public void Forbid(string with, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name))
            {
                throw new CommandLineException($"{name} does not go with {with}");
            }
        }
    }

    private void Add(string name, string value)
    {
        if (!_values.TryGetValue(name, out var values))
        {
            _values[name] = values = [];
        }

        values.Add(value);
    }
}
