using System.Globalization;

namespace PaxosSM.Benchmarks;

/// <summary>Measures variants in turns, so that whatever else the machine does meets them all alike.</summary>
internal static class Comparison
{
    // Until the load flows: connections, sessions, turns passed ahead.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Gives each variant a turn in each round, every other round in reverse order.</summary>
    /// <returns>The variants' turns, in the variants' order.</returns>
    public static async Task<IReadOnlyList<IReadOnlyList<Turn>>> RunAsync(
        IReadOnlyList<Variant> variants, int rounds, TimeSpan duration, TextWriter output)
    {
        using CostMeter meter = new();
        foreach (var variant in variants)
        {
            await output.WriteLineAsync($"{variant.Name}: {variant.Meaning}");
            _ = await variant.Load.MeasureAsync(FirstWarmUp, TimeSpan.Zero, meter);
        }

        List<Turn>[] results = [.. variants.Select(_ => new List<Turn>())];
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < variants.Count; turn++)
            {
                var place = round % 2 == 0 ? turn : variants.Count - 1 - turn;
                var done = await variants[place].Load.MeasureAsync(WarmUp, duration, meter);
                results[place].Add(done);
                await output.WriteLineAsync($"round {round + 1} {variants[place].Name}: {done}");
            }
        }

        for (var place = 0; place < variants.Count; place++)
        {
            var rates = results[place].ConvertAll(turn => turn.Rate);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{variants[place].Name}: median {Median(rates):F0}/s, from {rates.Min():F0} to {rates.Max():F0}"));
        }

        return results;
    }

    /// <summary>Tells how one variant compares with another: round by round, and of the medians.</summary>
    /// <returns>The median of the rounds' ratios: what troubles one round troubles both of its sides.</returns>
    public static double Tell(string what, IReadOnlyList<Turn> one, IReadOnlyList<Turn> other, TextWriter output)
    {
        var byRound = one.Zip(other, (left, right) => left.Rate / right.Rate).ToList();
        var ratio = Median(byRound);
        var ofMedians = Median(one.Select(turn => turn.Rate)) / Median(other.Select(turn => turn.Rate));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {ratio:P0} in the middle of the rounds, from {byRound.Min():P0} to {byRound.Max():P0}; "
            + $"{ofMedians:P0} of the medians"));
        return ratio;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
