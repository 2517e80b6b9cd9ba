using System.Diagnostics;

namespace PaxosSM.Hosting.Tests;

/// <summary>The README's twenty lines are a program, and it runs.</summary>
public sealed class CounterTests
{
    [Fact]
    public async Task The_counter_runs_as_its_user_runs_it()
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Counter.dll")])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(["added: 40", "added: 42", "total: 42"], output.Trim().Split('\n').Select(line => line.Trim()));
    }

    [Fact]
    public void The_readme_shows_the_counter_as_it_is()
    {
        var root = Repository.Root;
        var machine = File.ReadAllText(Path.Combine(root, "examples", "Counter", "Counter.cs"));
        var program = File.ReadAllText(Path.Combine(root, "examples", "Counter", "Program.cs"));
        var readme = File.ReadAllText(Path.Combine(root, "README.md"));
        foreach (var line in (machine + program).Split('\n'))
        {
            var isShown = line.Contains("override", StringComparison.Ordinal)
                || line.Contains("await", StringComparison.Ordinal);
            if (isShown && !line.Contains("By: 2", StringComparison.Ordinal))
            {
                Assert.Contains(line.Trim(), readme, StringComparison.Ordinal);
            }
        }
    }
}
