namespace PaxosSM.Tidy.Tests;

/// <summary>The rules themselves, on small bad snippets: a limit that nothing exceeds may be one that nothing
/// checks.</summary>
public sealed class TidyRulesTests
{
    private const string Core = "src/PaxosSM.Core/PaxosSM.Core.csproj";

    [Fact]
    public void A_method_of_71_lines_is_found_and_one_of_70_is_not()
    {
        Assert.Empty(Budgets(Method(70)));
        Assert.Contains("71 lines", Assert.Single(Budgets(Method(71))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_type_of_short_methods_is_fine() =>
        Assert.Empty(Budgets($"public sealed class A\n{{\n{Repeat("    int X => 1;\n", 200)}}}"));

    [Fact]
    public void A_wide_line_is_found() =>
        Assert.Contains("121 columns", Assert.Single(Budgets(new string('/', 121))), StringComparison.Ordinal);

    [Fact]
    public void A_long_file_is_found() =>
        Assert.Contains("501 lines", Assert.Single(Budgets(new string('\n', 500))), StringComparison.Ordinal);

    [Fact]
    public void A_sixteenth_field_is_found_constants_statics_and_properties_are_not_counted()
    {
        const string Others = """
                private const int C = 1;
                private static readonly int S = 1;
                public int P => 1;
                private int Q { get; }
                public void M(int a = 1) => N();
                public int O(int a, int b = 2)

            """;

        Assert.Empty(Budgets($"internal sealed class A\n{{\n{Fields(15)}{Others}}}"));
        var found = Assert.Single(Budgets($"internal sealed class A\n{{\n{Fields(16)}}}"));
        Assert.Contains("16 fields", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class A\n{\n    public A(int a, int b, Dictionary<int, int> c, int d, int e, int f)\n}", 0)]
    [InlineData("class A\n{\n    public A(int a, int b, int c, int d,\n        int e, int f, int g)\n}", 1)]
    [InlineData("cla" + "ss A(int a, int b, int c, int d, int e, int f, int g);", 1)]
    [InlineData("public sealed record A(int B, int C, int D, int E, int F, int G, int H);", 0)]
    public void A_class_that_depends_on_seven_others_is_found(string text, int found) =>
        Assert.Equal(found, Budgets(text).Count());

    [Theory]
    [InlineData("// TO" + "DO: later")]
    [InlineData("// FIX" + "ME")]
    [InlineData("throw new NotImplemented" + "Exception();")]
    [InlineData("[Fact(Sk" + "ip = \"flaky\")]")]
    [InlineData("var path = \"/wo" + "rk/main\";")]
    [InlineData("var path = \"/ho" + "me/someone\";")]
    [InlineData("// see https://api.nu" + "get.org/v3")]
    [InlineData("#reg" + "ion Fields")]
    [InlineData("// done \U0001F680")]
    public void A_banned_word_is_found(string line) => Assert.Single(WordRules.Check("src/A.cs", [line]));

    [Theory]
    [InlineData("group.Skip(1)")]
    [InlineData("Data(\"/var/lib/bank\")")]
    [InlineData("// R9: a skip goes through phase 2")]
    [InlineData("src/home/page")]
    public void An_innocent_line_passes(string line) => Assert.Empty(WordRules.Check("src/A.cs", [line]));

    [Fact]
    public void A_drawer_for_anything_is_found() => Assert.Single(WordRules.Check("src/SlotUtils.cs", []));

    [Fact]
    public void A_class_cut_in_two_is_found_unless_something_is_generated()
    {
        Assert.Single(WordRules.Check("src/A.cs", ["internal sealed partial class A"]));
        Assert.Empty(WordRules.Check("src/A.cs", ["[LoggerMessage(1)]", "internal sealed partial class A"]));
        Assert.Empty(WordRules.Check("src/A.cs", ["// no partial class"]));
    }

    [Theory]
    [InlineData("foreach (var slot in _votes)")]
    [InlineData("foreach (var vote in _votes.Values)")]
    [InlineData("return [.. _votes];")]
    [InlineData("var first = _votes.First();")]
    public void A_walk_through_a_hash_table_is_found(string line) =>
        Assert.Single(OrderRules.Check("A.cs", ["private readonly Dictionary<Slot, Vote> _votes = [];", line]));

    [Theory]
    [InlineData("private readonly SortedDictionary<Slot, Vote> _votes = [];", "foreach (var vote in _votes)")]
    [InlineData("private readonly HashSet<NodeId> _votes = [];", "if (_votes.Contains(from))")]
    [InlineData("private readonly Dictionary<Slot, Vote> _votes = [];", "_votes.TryGetValue(slot, out var vote)")]
    public void An_ordered_walk_or_a_look_up_passes(string declaration, string line) =>
        Assert.Empty(OrderRules.Check("A.cs", [declaration, line]));

    [Theory]
    [InlineData("src/PaxosSM.Core/PaxosSM.Core.csproj", "PaxosSM.Runtime", 1)]
    [InlineData("src/PaxosSM.Storage/PaxosSM.Storage.csproj", "PaxosSM.Transport.Tcp", 1)]
    [InlineData("src/PaxosSM.Hosting/PaxosSM.Hosting.csproj", "PaxosSM.Client", 0)]
    [InlineData("src/PaxosSM.New/PaxosSM.New.csproj", "PaxosSM.Core", 1)]
    [InlineData("examples/Counter/Counter.csproj", "PaxosSM.Core", 1)]
    [InlineData("examples/Counter/Counter.csproj", "PaxosSM.Hosting", 0)]
    [InlineData("tools/Odd/Odd.csproj", "PaxosSM.Core", 1)]
    public void A_reference_the_wrong_way_is_found(string path, string reference, int found) =>
        Assert.Equal(
            found,
            ProjectRules.Check(path, Project($"<ProjectReference Include=\"../x/{reference}.csproj\" />")).Count());

    [Fact]
    public void A_package_in_the_core_is_found() =>
        Assert.Single(ProjectRules.Check(Core, Project("<PackageReference Include=\"Any\" />")));

    [Fact]
    public void A_package_without_a_description_or_not_packable_is_found()
    {
        const string Bare = "<Project><PropertyGroup><IsPackable>false</IsPackable></PropertyGroup></Project>";

        Assert.Equal(2, ProjectRules.Check(Core, Bare).Count());
    }

    [Fact]
    public void A_second_title_and_a_dead_link_are_found_code_is_not_looked_at()
    {
        string[] page =
        [
            "# One", "[good](b.md#part) [web](https://example.org/x)", "```", "# a comment", "```", "# Two",
            "[bad](../c.md)",
        ];

        var found = MarkdownRules.Check("specs/a.md", page, path => path == "specs/b.md").ToList();

        Assert.Equal(["specs/a.md:7: dead link to ../c.md", "specs/a.md: 2 titles, 1 wanted"], found);
    }

    private static IEnumerable<string> Budgets(string text) => BudgetRules.Check("A.cs", text.Split('\n'));

    private static string Method(int lines) =>
        $"internal sealed class A\n{{\n    public void B()\n    {{\n{Repeat("        C();\n", lines)}    }}\n}}";

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Fields(int count) =>
        Repeat("    private readonly Dictionary<int, (int, int)> _field = [];\n", count);

    private static string Project(string item) =>
        $"<Project><PropertyGroup><Description>d</Description></PropertyGroup><ItemGroup>{item}</ItemGroup></Project>";
}
