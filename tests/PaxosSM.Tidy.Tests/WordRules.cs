using System.Text.RegularExpressions;

namespace PaxosSM.Tidy.Tests;

/// <summary>What must not stand in a file. The words are split here so that this file passes its own rules.</summary>
internal static partial class WordRules
{
    private static readonly (Regex Pattern, string Why)[] Everywhere =
    [
        (Word("TO" + "DO"), "left open: do it, or write an issue"),
        (Word("FIX" + "ME"), "left open: do it, or write an issue"),
        (Word("HA" + "CK"), "left open: do it, or write an issue"),
        (new(@"(?<![\w.~])/(?:wo" + @"rk|ro" + @"ot|ho" + @"me)/\w"), "a path of one machine"),
        (new(@"[A-Z]:\\Us" + "ers"), "a path of one machine"),
        (new(@"\b(?:api\.nu" + @"get\.org|arti" + @"factory|pyp" + @"i\.org|registry\.npm)", RegexOptions.IgnoreCase),
            "a registry's host name: which one is used is the machine's business"),
        (new(@"[\u2600-\u27BF\uFE0F]|\uD83C[\uDC00-\uDFFF]|\uD83D[\uDC00-\uDFFF]|\uD83E[\uDC00-\uDFFF]"), "an emoji"),
    ];

    private static readonly (Regex Pattern, string Why)[] InSources =
    [
        (Word("NotImplemented" + "Exception"), "left open"),
        (new(@"\bSk" + @"ip *= *"""), "a skipped test tests nothing"),
        (new(@"^\s*#reg" + "ion"), "a file that needs folding needs splitting"),
    ];

    public static IEnumerable<string> Check(string path, string[] lines)
    {
        var isSource = path.EndsWith(".cs", StringComparison.Ordinal);
        (Regex Pattern, string Why)[] rules = isSource ? [.. Everywhere, .. InSources] : Everywhere;
        for (var index = 0; index < lines.Length; index++)
        {
            foreach (var (pattern, why) in rules)
            {
                if (pattern.IsMatch(lines[index]))
                {
                    yield return $"{path}:{index + 1}: {why}: {lines[index].Trim()}";
                }
            }
        }

        if (isSource && NameOf(path) is var name && VagueName().IsMatch(name))
        {
            yield return $"{path}: name the concept, not a drawer for anything";
        }

        if (path.StartsWith("src/", StringComparison.Ordinal) && isSource && IsSplit(lines))
        {
            yield return $"{path}: partial, but nothing generated: one class, one file";
        }
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);

    private static bool IsSplit(string[] lines) =>
        lines.Any(line => Partial().IsMatch(line)) && !lines.Any(line => Generated().IsMatch(line));

    private static Regex Word(string word) => new($@"\b{word}\b");

    [GeneratedRegex(@"(?:Util|Utils|Utilities|Helper|Helpers|Misc|Common)$")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"^ *(?:[a-z]+ )*partial (?:class|struct|record|interface)\b")]
    private static partial Regex Partial();

    [GeneratedRegex(@"\[(?:LoggerMessage|GeneratedRegex|JsonSerializable|OptionsValidator|LibraryImport)\b")]
    private static partial Regex Generated();
}
