using System.Text.RegularExpressions;

namespace PaxosSM.Tidy.Tests;

/// <summary>The core's order must be a function of its inputs: it never walks through a hash table.</summary>
/// <remarks>By name and per file: a name declared as a hash table anywhere in a file counts as one in all of
/// it.</remarks>
internal static partial class OrderRules
{
    private const string Walks =
        "Select|Where|Any|All|First|Last|Min|Max|Sum|Aggregate|ToList|ToArray|OrderBy|Order|Keys|Values";

    public static IEnumerable<string> Check(string path, string[] lines)
    {
        var names = lines
            .SelectMany(line => Declaration().Matches(line))
            .Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value)
            .Distinct()
            .ToList();
        if (names.Count == 0)
        {
            yield break;
        }

        var name = string.Join('|', names);
        var walk = new Regex(
            $@"\bin (?:{name})\b(?! *\[)|\.\. ?(?:{name})\b|\b(?:{name})\.(?:{Walks})\b");
        for (var index = 0; index < lines.Length; index++)
        {
            if (walk.IsMatch(lines[index]) && !lines[index].TrimStart().StartsWith("//", StringComparison.Ordinal))
            {
                yield return $"{path}:{index + 1}: walks through a hash table: {lines[index].Trim()}";
            }
        }
    }

    [GeneratedRegex(@"(?<!Sorted|Ordered)\b(?:Dictionary|HashSet)<[^;=]*> (\w+)|\b(\w+) = new (?:Dictionary|HashSet)<")]
    private static partial Regex Declaration();
}
