using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PaxosSM.Specs.Tests;

/// <summary>One run of <c>specs/model/check.sh</c>, and what it said of each case.</summary>
public sealed partial class ModelCheck : IAsyncLifetime
{
    private static readonly string Model = FindModel();

    private string[] _lines = [];

    /// <summary>The test cases that the models declare: model, dot, case.</summary>
    public static IReadOnlyList<string> Cases { get; } = FindCases();

    public async Task InitializeAsync()
    {
        ProcessStartInfo start = new("bash", [Path.Combine(Model, "check.sh")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var script = Process.Start(start)!;
        var errors = script.StandardError.ReadToEndAsync();
        var output = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();
        _lines = [.. output.Split('\n'), .. (await errors).Split('\n')];
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The script's line about a case; all that it said when it has none.</summary>
    public string LineOf(string name) =>
        _lines.FirstOrDefault(line => line.Split(' ') is [_, var told, ..] && told == name)
        ?? string.Join('\n', _lines);

    private static string[] FindCases() =>
    [
        .. from folder in Directory.GetDirectories(Model).Order(StringComparer.Ordinal)
           from line in File.ReadLines(Path.Combine(folder, "PTst/Tests.p"))
           let match = Case().Match(line)
           where match.Success
           select $"{Path.GetFileName(folder)}.{match.Groups[1].Value}",
    ];

    private static string FindModel()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PaxosSM.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no PaxosSM.sln above");
        }

        return Path.Combine(folder, "specs/model");
    }

    [GeneratedRegex(@"^test (\w+) ")]
    private static partial Regex Case();
}
