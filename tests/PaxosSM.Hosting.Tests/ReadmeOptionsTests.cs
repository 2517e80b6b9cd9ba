using System.Text;

namespace PaxosSM.Hosting.Tests;

/// <summary>The README's reference of options says what the code does; PAXOSSM_APPROVE=1 writes it anew.</summary>
public sealed class ReadmeOptionsTests
{
    private const string Begin = "<!-- options: kept equal to PaxosSettings by a test -->\n";
    private const string End = "<!-- /options -->";

    [Fact]
    public void The_reference_of_options_is_up_to_date()
    {
        var path = Path.Combine(Repository.Root, "README.md");
        var text = File.ReadAllText(path);
        var from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = text.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("PAXOSSM_APPROVE") == "1")
        {
            File.WriteAllText(path, text[..from] + Table() + text[to..]);
        }

        Assert.Equal(Table(), File.ReadAllText(path)[from..][..Table().Length]);
    }

    private static string Table()
    {
        PaxosOptions defaults = new();
        StringBuilder table = new("\n| option | kind | default | what it does |\n| --- | --- | --- | --- |\n");
        foreach (var setting in PaxosSettings.All)
        {
            var none = setting.Name == "listen" ? "the address" : "none";
            var shown = setting.Show(defaults) is { Length: > 0 } text ? text : none;
            _ = table.Append($"| `{setting.Name}` | {setting.Kind} | {shown} | {setting.Help} |\n");
        }

        return table.Append('\n').ToString();
    }
}
