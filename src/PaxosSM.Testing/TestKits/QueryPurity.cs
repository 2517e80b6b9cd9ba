namespace PaxosSM.Testing.TestKits;

/// <summary>Queries change nothing: not what a snapshot shows, not what comes after.</summary>
internal sealed class QueryPurity : IMachineProperty
{
    public string Claim => "A query changes nothing.";

    public IReadOnlyList<string> UsualCauses =>
    [
        "a cache, a counter or an expiry that Query updates",
        "(only some replicas answer a query, so it sets them apart from the others)",
    ];

    public Difference? Check(MachineUnderTest machine, IReadOnlyList<MachineStep> script)
    {
        var log = ScriptLog.Of(script);
        var run = MachineRun.Start(machine.Create());
        var without = MachineRun.Start(machine.Create());
        foreach (var logged in log)
        {
            run.Play(logged);
            if (logged.Step is not QueryStep query)
            {
                without.Play(logged);
                continue;
            }

            var answer = run.Sights[^1];
            var again = Difference.Between(
                answer.What, "asked for the first time", answer.Value, "asked again", run.Ask(query));
            var difference = again ?? Difference.Between(
                $"the snapshot after step {logged.Number}", "without queries", without.Snapshot(),
                "with queries", run.Snapshot());
            if (difference is not null)
            {
                return difference;
            }
        }

        _ = run.Finish();
        var commands = run.Sights.Where(sight => !sight.What.StartsWith("the answer", StringComparison.Ordinal));
        return Difference.Between("without queries", without.Finish(), "with queries", [.. commands]);
    }
}
