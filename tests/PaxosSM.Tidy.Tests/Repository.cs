namespace PaxosSM.Tidy.Tests;

/// <summary>The files of the repository, without what builds make.</summary>
internal static class Repository
{
    private static readonly string[] Made = ["artifacts", "bin", "obj", "TestResults", ".git", ".vs"];
    private static readonly string[] TextEndings =
        [".cs", ".md", ".csproj", ".props", ".targets", ".json", ".sh", ".txt", ".sln", ".yml", "run"];

    public static string Root { get; } = FindRoot();

    /// <summary>All text files, by path relative to the root.</summary>
    public static IReadOnlyList<string> Texts { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Sources => Ending(".cs");

    public static IEnumerable<string> Markdown => Ending(".md");

    public static IEnumerable<string> Projects => Ending(".csproj");

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    private static IEnumerable<string> Ending(string ending) =>
        Texts.Where(path => path.EndsWith(ending, StringComparison.Ordinal));

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (TextEndings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
            {
                yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
            }
        }

        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            if (!Made.Contains(Path.GetFileName(inner)))
            {
                foreach (var file in Walk(inner))
                {
                    yield return file;
                }
            }
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PaxosSM.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no PaxosSM.sln above");
        }

        return folder;
    }
}
