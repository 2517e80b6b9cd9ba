using System.Text.RegularExpressions;

namespace PaxosSM.Tidy.Tests;

/// <summary>How large things may grow (specs/decisions, "Budgets"). Complexity is CA1502's, in the build.</summary>
internal static partial class BudgetRules
{
    public const int LineColumnsMax = 120;
    public const int FileLinesMax = 500;
    public const int MethodLinesMax = 70;
    public const int TypeFieldsMax = 15;
    public const int ConstructorParametersMax = 6;

    public static IEnumerable<string> Check(string path, string[] lines) =>
    [
        .. Files(path, lines), .. Columns(path, lines), .. Methods(path, lines), .. Fields(path, lines),
        .. Constructors(path, string.Join('\n', lines)),
    ];

    private static IEnumerable<string> Files(string path, string[] lines) =>
        lines.Length > FileLinesMax ? [$"{path}: {lines.Length} lines, {FileLinesMax} allowed"] : [];

    private static IEnumerable<string> Columns(string path, string[] lines) => lines
        .Select((line, index) => (line, index))
        .Where(each => each.line.Length > LineColumnsMax)
        .Select(each => $"{path}:{each.index + 1}: {each.line.Length} columns, {LineColumnsMax} allowed");

    private static IEnumerable<string> Methods(string path, string[] lines)
    {
        for (var open = 0; open < lines.Length; open++)
        {
            if (BlockStart().Match(lines[open]) is { Success: true } match && !IsTypeBody(lines, open, match))
            {
                var close = Array.FindIndex(
                    lines, open, line => line.StartsWith(match.Groups[1].Value + "}", StringComparison.Ordinal));
                if (close - open - 1 > MethodLinesMax)
                {
                    yield return $"{path}:{open + 1}: a block of {close - open - 1} lines, {MethodLinesMax} allowed";
                }
            }
        }
    }

    // The header is the nearest line above with the same indent; a wrapped signature indents its other lines more.
    private static bool IsTypeBody(string[] lines, int open, Match match)
    {
        var header = Array.FindLastIndex(lines, open - 1, line => Indent(line) == match.Groups[1].Length);
        return header >= 0 && TypeHeader().IsMatch(lines[header]);
    }

    private static IEnumerable<string> Fields(string path, string[] lines)
    {
        var types = new Stack<(int Indent, string Name, int Line, int Fields)>();
        for (var index = 0; index < lines.Length; index++)
        {
            if (TypeHeader().Match(lines[index]) is { Success: true } type)
            {
                types.Push((Indent(lines[index]), type.Groups[1].Value, index + 1, 0));
            }
            else if (types.Count > 0 && IsField(lines[index], types.Peek().Indent))
            {
                var (indent, name, line, fields) = types.Pop();
                types.Push((indent, name, line, fields + 1));
            }

            while (types.Count > 0 && ClosesAt(lines[index], types.Peek().Indent))
            {
                var (_, name, line, fields) = types.Pop();
                if (fields > TypeFieldsMax)
                {
                    yield return $"{path}:{line}: {name} has {fields} fields, {TypeFieldsMax} allowed";
                }
            }
        }
    }

    private static bool IsField(string line, int typeIndent) => Indent(line) == typeIndent + 4 && Field().IsMatch(line);

    private static bool ClosesAt(string line, int indent) =>
        Indent(line) == indent && (line.TrimStart().StartsWith('}') || line.EndsWith(';'));

    // Records and structs are data; a class' constructor tells how many others it depends on.
    private static IEnumerable<string> Constructors(string path, string text)
    {
        foreach (Match type in ClassName().Matches(text))
        {
            var name = type.Groups[1].Value;
            var starts = Regex.Matches(
                text, $@"\n +(?:public|internal|private|protected) {name}\(|\bclass {name}(?:<[^>]*>)?\(");
            foreach (Match start in starts)
            {
                var parameters = CountParameters(text, start.Index + start.Length);
                if (parameters > ConstructorParametersMax)
                {
                    yield return $"{path}: {name}'s constructor takes {parameters}, {ConstructorParametersMax} allowed";
                }
            }
        }
    }

    private static int CountParameters(string text, int from)
    {
        var (depth, parameters, empty) = (1, 1, true);
        for (var index = from; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '(' or '<' or '[':
                    depth++;
                    break;
                case ')' or '>' or ']' when --depth == 0:
                    return empty ? 0 : parameters;
                case ',' when depth == 1:
                    parameters++;
                    break;
                default:
                    empty &= char.IsWhiteSpace(text[index]);
                    break;
            }
        }

        return parameters;
    }

    private static int Indent(string line) => line.Length == 0 ? -1 : line.TakeWhile(char.IsWhiteSpace).Count();

    [GeneratedRegex(@"^( +)\{$")]
    private static partial Regex BlockStart();

    [GeneratedRegex(@"^ *(?:(?:public|internal|private|protected|file|static|sealed|abstract|readonly|partial|ref) )*"
        + @"(?:class|struct|record struct|record|interface|enum) (\w+)")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"(?<!record )\bclass (\w+)")]
    private static partial Regex ClassName();

    [GeneratedRegex(@"^ +(?:public|internal|private|protected) (?!const |static )(?:readonly |volatile |required )*"
        + @"(?:(?![\w>]\()[\w<>\[\]?,.() ])+ \w+(?: =| = .*|;)$")]
    private static partial Regex Field();
}
