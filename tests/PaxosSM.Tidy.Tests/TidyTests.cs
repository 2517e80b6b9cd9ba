namespace PaxosSM.Tidy.Tests;

/// <summary>Properties of the code itself, after TigerBeetle's tidy.zig.</summary>
public sealed class TidyTests
{
    [Fact]
    public void Files_lines_methods_types_and_constructors_are_small() =>
        AssertNone(Repository.Sources.SelectMany(path => BudgetRules.Check(path, Repository.Lines(path))));

    [Fact]
    public void Nothing_is_left_open_skipped_or_bound_to_one_machine() =>
        AssertNone(Repository.Texts.SelectMany(path => WordRules.Check(path, Repository.Lines(path))));

    [Fact]
    public void The_core_walks_through_no_hash_table() =>
        AssertNone(Repository.Sources
            .Where(path => path.StartsWith("src/PaxosSM.Core/", StringComparison.Ordinal))
            .SelectMany(path => OrderRules.Check(path, Repository.Lines(path))));

    [Fact]
    public void References_point_one_way_and_packages_describe_themselves() =>
        AssertNone(Repository.Projects.SelectMany(path => ProjectRules.Check(path, Repository.Read(path))));

    [Fact]
    public void Every_page_has_one_title_and_no_dead_link() =>
        AssertNone(Repository.Markdown.SelectMany(path => MarkdownRules.Check(path, Repository.Lines(path), Exists)));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("PaxosSM.sln").Replace('\\', '/');

        AssertNone(Repository.Projects.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_build_enforces_what_only_it_can_see()
    {
        Assert.Contains("CA1502(Method): 15", Repository.Read("CodeMetricsConfig.txt"), StringComparison.Ordinal);
        Assert.Contains(
            "<TreatWarningsAsErrors>true</TreatWarningsAsErrors>",
            Repository.Read("Directory.Build.props"),
            StringComparison.Ordinal);
        var rules = File.ReadAllText(Path.Combine(Repository.Root, ".editorconfig"));
        string[] wanted = ["CA1502.severity = warning", "CS1591.severity = warning", "RS0030.severity = error"];
        foreach (var rule in wanted)
        {
            Assert.Contains($"dotnet_diagnostic.{rule}", rules, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_core_bans_time_threads_and_files()
    {
        var banned = Repository.Read("src/PaxosSM.Core/BannedSymbols.txt");
        string[] symbols = ["Tasks.Task;", "Threading.Thread;", "DateTime.UtcNow", "System.Random;", "N:System.IO;"];
        foreach (var symbol in symbols)
        {
            Assert.Contains(symbol, banned, StringComparison.Ordinal);
        }
    }

    private static bool Exists(string path) =>
        File.Exists(Path.Combine(Repository.Root, path)) || Directory.Exists(Path.Combine(Repository.Root, path));

    private static void AssertNone(IEnumerable<string> found)
    {
        var all = found.ToList();
        Assert.True(all.Count == 0, $"{all.Count} found\n{string.Join('\n', all)}");
    }
}
