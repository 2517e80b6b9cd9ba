using System.Text.RegularExpressions;

namespace PaxosSM.Tidy.Tests;

/// <summary>One title a page, and no link into nothing.</summary>
internal static partial class MarkdownRules
{
    public static IEnumerable<string> Check(string path, string[] lines, Func<string, bool> exists)
    {
        var fenced = false;
        var titles = 0;
        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index].TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
            }
            else if (!fenced)
            {
                titles += lines[index].StartsWith("# ", StringComparison.Ordinal) ? 1 : 0;
                foreach (var target in Targets(lines[index]).Where(target => !exists(Resolve(path, target))))
                {
                    yield return $"{path}:{index + 1}: dead link to {target}";
                }
            }
        }

        if (titles != 1)
        {
            yield return $"{path}: {titles} titles, 1 wanted";
        }
    }

    private static IEnumerable<string> Targets(string line) => Link().Matches(line)
        .Select(match => match.Groups[1].Value.Split('#')[0])
        .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal));

    private static string Resolve(string path, string target)
    {
        var folder = Path.Combine("/", Path.GetDirectoryName(path) ?? string.Empty);
        return Path.GetRelativePath("/", Path.GetFullPath(Path.Combine(folder, target)));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
