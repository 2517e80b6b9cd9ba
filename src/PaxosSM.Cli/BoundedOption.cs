using System.CommandLine;

namespace PaxosSM.Cli;

/// <summary>An option that takes some values only.</summary>
internal static class BoundedOption
{
    public static Option<T> Of<T>(string name, string description, Func<T, bool> isGood) =>
        Of(name, description, null, isGood);

    public static Option<T> Of<T>(
        string name,
        string description,
        Func<System.CommandLine.Parsing.ArgumentResult, T>? byDefault,
        Func<T, bool> isGood)
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = byDefault };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !isGood(result.GetValueOrDefault<T>()!))
            {
                result.AddError($"{name} cannot be {result.Tokens[0].Value}.");
            }
        });
        return option;
    }
}
