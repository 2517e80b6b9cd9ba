using System.Globalization;
using PaxosSM.Quorums;

namespace PaxosSM.Testing.Simulation;

/// <summary>How a script writes numbers, durations, nodes and names.</summary>
internal static class ScriptText
{
    private static readonly (string Suffix, int Digits)[] Units = [("us", 0), ("ms", 3), ("s", 6)];

    public static string Show(object value) => value switch
    {
        bool flag => flag ? "yes" : "no",
        TimeSpan span => Show(span),
        Enum choice => Kebab(choice.ToString()),
        QuorumRule rule => RuleText.Show(rule),
        int or long or ulong => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        _ => throw new ArgumentException($"a script cannot say a {value.GetType().Name}", nameof(value)),
    };

    /// <exception cref="FormatException">The text is no value of that type.</exception>
    public static object Read(Type type, string text) => type switch
    {
        _ when type == typeof(bool) => Flag(text),
        _ when type == typeof(TimeSpan) => Span(text),
        _ when type.IsEnum => Choice(type, text),
        _ when type == typeof(QuorumRule) => RuleText.Read(text),
        _ when type == typeof(int) => (int)Number(text, int.MaxValue),
        _ when type == typeof(long) => (long)Number(text, long.MaxValue),
        _ when type == typeof(ulong) => Number(text, ulong.MaxValue),
        _ => throw new ArgumentException($"a script cannot say a {type.Name}", nameof(type)),
    };

    /// <summary>Whether a script can say values of a type.</summary>
    public static bool CanSay(Type type) =>
        type.IsEnum || type == typeof(bool) || type == typeof(TimeSpan) || type == typeof(int) || type == typeof(long)
        || type == typeof(ulong) || type == typeof(QuorumRule);

    /// <summary>Whole seconds as seconds, all else as milliseconds: 2s, 500ms, 12.340ms.</summary>
    public static string Show(TimeSpan span)
    {
        if (span.Ticks % TimeSpan.TicksPerMicrosecond != 0)
        {
            throw new ArgumentException($"a script's times are whole microseconds, not {span}", nameof(span));
        }

        // Decimal holds all of a time span exactly, also the one that has no absolute value.
        var microseconds = (decimal)(span.Ticks / TimeSpan.TicksPerMicrosecond);
        return microseconds switch
        {
            _ when microseconds % 1_000_000 == 0 => Invariant($"{microseconds / 1_000_000:0}s"),
            _ when microseconds % 1000 == 0 => Invariant($"{microseconds / 1000:0}ms"),
            _ => Invariant($"{microseconds / 1000:0.000}ms"),
        };
    }

    public static string ShowNode(int place) => Invariant($"n{place}");

    /// <exception cref="FormatException">The text is no node's name.</exception>
    public static int Node(string text) =>
        text.StartsWith('n') && int.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            ? place
            : throw new FormatException($"\"{text}\" is no node like n0 or n2");

    /// <summary>The first letters of a name's words become small, with something between them.</summary>
    public static string Kebab(string name) =>
        string.Concat(name.Select((letter, index) => char.IsUpper(letter) && index > 0 ? $"-{letter}" : $"{letter}"))
            .ToLowerInvariant();

    /// <summary>The first letter becomes small.</summary>
    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    /// <exception cref="FormatException">The text is no duration.</exception>
    public static TimeSpan Span(string text)
    {
        foreach (var (suffix, digits) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && Microseconds(text[..^suffix.Length], digits) is { } microseconds)
            {
                return new(microseconds * TimeSpan.TicksPerMicrosecond);
            }
        }

        throw new FormatException($"\"{text}\" is no duration like 2s, 12.340ms or 50us, in whole microseconds");
    }

    private static long? Microseconds(string number, int digits)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        const long Max = long.MaxValue / TimeSpan.TicksPerMicrosecond;
        if (!decimal.TryParse(number, Style, CultureInfo.InvariantCulture, out var value)
            || Math.Abs(value) > Max)
        {
            return null;
        }

        for (var digit = 0; digit < digits; digit++)
        {
            value *= 10;
        }

        return decimal.IsInteger(value) && Math.Abs(value) <= Max ? (long)value : null;
    }

    private static bool Flag(string text) => text switch
    {
        "yes" => true,
        "no" => false,
        _ => throw new FormatException($"\"{text}\" is neither yes nor no"),
    };

    private static object Choice(Type type, string text)
    {
        foreach (var choice in Enum.GetValues(type))
        {
            if (Kebab(choice.ToString()!) == text)
            {
                return choice;
            }
        }

        var choices = string.Join(", ", Enum.GetNames(type).Select(Kebab));
        throw new FormatException($"\"{text}\" is none of {choices}");
    }

    private static ulong Number(string text, ulong max) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : throw new FormatException($"\"{text}\" is no whole number from 0 to {Invariant($"{max}")}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
