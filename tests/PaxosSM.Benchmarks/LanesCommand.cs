using System.CommandLine;

namespace PaxosSM.Benchmarks;

/// <summary>What the command line says about <see cref="LanesBenchmark"/>.</summary>
internal static class LanesCommand
{
    public static Command Make()
    {
        Option<int> rounds = new("--rounds") { Description = "Rounds.", DefaultValueFactory = _ => 10 };
        Option<double> seconds = new("--seconds")
        {
            Description = "How long each variant is measured in a round.",
            DefaultValueFactory = _ => 1,
        };
        Option<string?> data = new("--data") { Description = "Where the logs go; default a temporary folder." };
        Command lanes = new("lanes", "One busy lane among five owners against a single leader: at least 80 % as fast.")
        {
            rounds, seconds, data,
        };
        lanes.SetAction((parsed, _) => LanesBenchmark.RunAsync(
            parsed.GetValue(rounds),
            TimeSpan.FromSeconds(parsed.GetValue(seconds)),
            parsed.GetValue(data),
            Console.Out));
        return lanes;
    }
}
