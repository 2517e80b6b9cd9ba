using System.CommandLine;

namespace PaxosSM.Benchmarks;

/// <summary>What the command line says about <see cref="GroupsBenchmark"/>.</summary>
internal static class GroupsCommand
{
    public static Command Make()
    {
        Option<int> count = new("--groups") { Description = "How many groups.", DefaultValueFactory = _ => 5000 };
        Option<int> active = new("--active") { Description = "How many have work.", DefaultValueFactory = _ => 50 };
        Option<double> seconds = new("--seconds")
        {
            Description = "How long each part is measured.",
            DefaultValueFactory = _ => 10,
        };
        Command groups = new("groups", "Many groups on three nodes: what those cost that have no work.")
        {
            count, active, seconds,
        };
        groups.SetAction((parsed, cancel) => GroupsBenchmark.RunAsync(
            parsed.GetValue(count),
            parsed.GetValue(active),
            TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            Console.Out,
            cancel));
        return groups;
    }
}
