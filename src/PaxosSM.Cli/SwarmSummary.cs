using System.Globalization;
using System.Text;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>What many runs come to.</summary>
internal sealed class SwarmSummary
{
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private long _seeds;
    private long _violations;
    private TimeSpan _simulated;
    private TimeSpan _computed;

    public void Add(SeedRun run)
    {
        _seeds++;
        _violations += run.Result.Violation is null ? 0 : 1;
        _simulated += run.Result.Simulated;
        _computed += run.Took;
        foreach (var kind in run.Task.Plan.Faults.Select(fault => FaultKind.Of(fault).Name))
        {
            _faults[kind] = _faults.GetValueOrDefault(kind) + 1;
        }

        foreach (var (name, count) in run.Result.Counts)
        {
            _counts[name] = _counts.GetValueOrDefault(name) + count;
        }
    }

    public string Progress(long? seeds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{_seeds}{(seeds is { } all ? $" of {all}" : string.Empty)} seeds, {_violations} violations");

    /// <param name="took">The real time.</param>
    /// <param name="threads">How many runs went on at a time.</param>
    public string Text(TimeSpan took, int threads)
    {
        var text = new StringBuilder();
        var speed = _computed > TimeSpan.Zero ? _simulated / _computed : 0;
        Line($"seeds        {_seeds}, {_violations} violations");
        Line($"simulated    {_simulated.TotalHours:0.00} hours in {took.TotalSeconds:0.0} s on {threads} threads");
        Line($"speed        {speed:0} cluster-seconds a second a thread");
        Line($"faults       {List(_faults)}");
        Line($"counted      {List(_counts)}");
        return text.ToString();

        void Line(FormattableString line) =>
            _ = text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string List(SortedDictionary<string, long> counts) => counts.Count == 0
        ? "none"
        : string.Join(", ", counts.Select(each => string.Create(
            CultureInfo.InvariantCulture, $"{each.Key} {each.Value}")));
}
