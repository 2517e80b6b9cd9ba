using System.Diagnostics;

namespace PaxosSM.Tidy.Tests;

/// <summary>The mutants of <c>specs/mutants</c> are kept in step with the code that they break.</summary>
public sealed class MutantTests
{
    private const string Folder = "specs/mutants";

    // The rules that are built so far and have something to break.
    private static readonly string[] Rules =
    [
        "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R13", "R17", "R18", "R19", "R20a", "R20b", "R21",
        "R22", "R23", "R24", "R25", "R26", "R28",
    ];

    private static readonly string[] Killers =
    [
        "core-tests", "storage-tests", "transport-tests", "hosting-tests", "simulation-tests", "simulator",
    ];

    private static readonly string[] Patches = Find(Folder);

    [Fact]
    public void Every_rule_is_broken_in_at_least_one_way()
    {
        var broken = Patches.SelectMany(patch => Field(patch, "Rule").Split(' ')).ToHashSet();

        Assert.True(Patches.Length >= 40, $"{Patches.Length} mutants");
        Assert.Empty(Rules.Except(broken));
    }

    [Fact]
    public void Every_mutant_says_what_is_broken_how_that_hurts_and_who_should_notice()
    {
        Assert.All(Patches, patch => Assert.Contains(Field(patch, "Expect"), Killers));
        Assert.All(Patches.Concat(Find($"{Folder}/equivalent")), patch =>
        {
            Assert.NotEmpty(Field(patch, "Rule"));
            Assert.NotEmpty(Field(patch, "What"));
            Assert.NotEmpty(Field(patch, "Harm"));
        });
    }

    [Fact]
    public void Every_mutant_applies_to_the_present_code()
    {
        var stale = Patches.Concat(Find($"{Folder}/equivalent")).Where(patch => !Applies(patch)).ToArray();

        Assert.True(stale.Length == 0, $"make these anew: {string.Join(", ", stale)}");
    }

    [Fact]
    public void The_table_says_who_killed_every_mutant()
    {
        var page = Repository.Lines($"{Folder}/README.md");
        foreach (var patch in Patches)
        {
            var name = Path.GetFileNameWithoutExtension(patch);
            var row = page.SingleOrDefault(line => line.StartsWith($"| [{name}](", StringComparison.Ordinal));

            Assert.True(row is not null, $"{name} is not in the table: run {Folder}/run.sh {name}");
            var killer = row.Split('|')[3].Trim();
            Assert.True(Killers.Contains(killer), $"a hole in the tests, or not run: {row}");
        }
    }

    [Fact]
    public void Every_classic_anomaly_is_a_test_that_killed_its_mutant()
    {
        var page = Repository.Lines($"{Folder}/README.md");
        var named = Patches.Where(patch => Field(patch, "Anomaly").Length > 0).ToArray();

        Assert.True(named.Length >= 8, $"{named.Length} mutants of anomalies");
        Assert.All(named, patch =>
        {
            var name = Path.GetFileNameWithoutExtension(patch);
            var row = page.Single(line => line.StartsWith($"| [{name}](", StringComparison.Ordinal));
            Assert.Contains(Field(patch, "Test").Replace('_', ' '), row, StringComparison.Ordinal);
        });
    }

    private static string[] Find(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.patch")
            .Select(path => $"{folder}/{Path.GetFileName(path)}")
            .Order(StringComparer.Ordinal),
    ];

    // A field goes on in the lines that are indented.
    private static string Field(string patch, string name)
    {
        var from = Repository.Lines(patch).SkipWhile(line => !line.StartsWith($"{name}: ", StringComparison.Ordinal));
        var more = from.Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal));
        var own = from.Take(1).Concat(more);
        var text = string.Join(' ', own.Select(line => line.Trim()));
        return text.Replace($"{name}: ", string.Empty, StringComparison.Ordinal);
    }

    private static bool Applies(string patch)
    {
        string[] arguments = ["apply", "--recount", "--check", patch];
        ProcessStartInfo start = new("git", arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardError = true,
        };
        using var git = Process.Start(start)!;
        git.StandardError.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0;
    }
}
