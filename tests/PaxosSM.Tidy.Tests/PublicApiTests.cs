namespace PaxosSM.Tidy.Tests;

/// <summary>What applications compile against changes only on purpose: with its approved listing, in the same
/// commit.</summary>
public sealed class PublicApiTests
{
    private const string Approved = "tests/PaxosSM.Tidy.Tests/PublicApi/PaxosSM.Abstractions.approved.txt";

    [Fact]
    public void The_abstractions_are_as_approved()
    {
        var path = Path.Combine(Repository.Root, Approved);
        var actual = PublicApi.List(typeof(IStateMachine).Assembly);
        if (Environment.GetEnvironmentVariable("PAXOSSM_APPROVE") == "1")
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        var approved = File.Exists(path) ? File.ReadAllLines(path) : [];
        var lines = actual.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var changes = lines.Except(approved).Select(line => $"+ {line}")
            .Concat(approved.Except(lines).Select(line => $"- {line}"))
            .ToList();
        Assert.True(
            lines.SequenceEqual(approved),
            $"the public API changed; if on purpose, run this with PAXOSSM_APPROVE=1\n{string.Join('\n', changes)}");
    }
}
