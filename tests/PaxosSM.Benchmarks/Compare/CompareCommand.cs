using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>Runs the compared systems side by side, in turns, and writes what came of it as a table and as
/// plots.</summary>
internal static class CompareCommand
{
    public static Command Make()
    {
        Option<string> systems = new("--systems")
        {
            Description = "Which, by commas.",
            DefaultValueFactory = _ => string.Join(',', Systems.All.Select(system => system.Name)),
        };
        systems.Validators.Add(named => Check(named, systems));
        Option<string> clients = new("--clients")
        {
            Description = "Commands outstanding, by commas.",
            DefaultValueFactory = _ => "1,8,64,256,1024,4096",
        };
        Option<string> sizes = new("--sizes")
        {
            Description = "Bytes of a command, by commas.",
            DefaultValueFactory = _ => "64,1024",
        };
        Option<string> modes = new("--modes")
        {
            Description = "durable, volatile, or both by a comma.",
            DefaultValueFactory = _ => "durable,volatile",
        };
        Option<int> rounds = new("--rounds") { Description = "Turns each.", DefaultValueFactory = _ => 3 };
        Option<double> seconds = new("--seconds") { Description = "How long a turn.", DefaultValueFactory = _ => 3 };
        Option<double> warm = new("--warm")
        {
            Description = "How long the load runs before it counts.",
            DefaultValueFactory = _ => 1.5,
        };
        var data = DiskFolder.Option();
        Option<string?> output = new("--output") { Description = "A folder for the table and the plots." };
        Command compare = new("compare", "PaxosSM, a roofline and other systems side by side.")
        {
            systems, clients, sizes, modes, rounds, seconds, warm, data, output,
        };
        compare.SetAction(async (parsed, cancel) =>
        {
            var points = from mode in parsed.GetRequiredValue(modes).Split(',')
                         from size in Numbers(parsed.GetRequiredValue(sizes))
                         from count in Numbers(parsed.GetRequiredValue(clients))
                         select new Point(mode == "durable", size, count);
            ComparedSystem[] asked = [.. parsed.GetRequiredValue(systems).Split(',').Select(Systems.Find)];
            using ToolFolder tools = new();
            foreach (var system in asked.Where(system => system.Missing is null))
            {
                await system.PrepareAsync(tools.Path, cancel);
            }

            SideBySide comparison = new(
                [.. asked.Where(system => system.Missing is null).Select(system => system.Name)],
                parsed.GetValue(rounds),
                TimeSpan.FromSeconds(parsed.GetValue(warm)),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                parsed.GetRequiredValue(data));
            await comparison.RunAsync([.. points], Console.Out, cancel);
            var table = ComparisonTable.Write(comparison.Readings, asked);
            await Console.Out.WriteLineAsync(table);
            if (parsed.GetValue(output) is { } folder)
            {
                Directory.CreateDirectory(folder);
                await File.WriteAllTextAsync(Path.Combine(folder, "comparison.md"), table, cancel);
                await File.WriteAllTextAsync(
                    Path.Combine(folder, "comparison.svg"), ComparisonPlot.Draw(comparison.Readings), cancel);
            }
        });
        return compare;
    }

    private static void Check(OptionResult named, Option<string> systems)
    {
        foreach (var name in named.GetRequiredValue(systems).Split(','))
        {
            if (!Systems.All.Any(system => system.Name == name))
            {
                var known = string.Join(", ", Systems.All.Select(system => system.Name));
                named.AddError($"No system is called '{name}': there are {known}.");
            }
        }
    }

    private static IEnumerable<int> Numbers(string text) =>
        text.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture));

    // For what is built for the run.
    private sealed class ToolFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("paxossm-compare").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
