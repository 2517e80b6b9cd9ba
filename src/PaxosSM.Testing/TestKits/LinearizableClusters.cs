using PaxosSM.Testing.Simulation;

namespace PaxosSM.Testing.TestKits;

/// <summary>Runs whole clusters of a machine, and holds what their clients see to a model.</summary>
/// <param name="name">The machine's name, for people.</param>
/// <param name="workload">The machine, what clients ask of it, and the model.</param>
/// <param name="clusters">How many clusters.</param>
internal sealed class LinearizableClusters(string name, Func<IWorkload> workload, int clusters)
{
    private const string Claim = "Clients of a whole cluster see what the model shows, one operation at a time.";

    private static readonly MinimizerOptions Effort = new() { RunsMax = 60 };

    private static readonly string[] UsualCauses =
    [
        "an answer that depends on the replica: a cache, a counter, what only this process knows",
        "state that a snapshot does not hold: it is lost where a replica restarts, or learns late",
        "an answer that depends on time or on who leads, which a model does not know",
        "(nobody leads, nothing is answered: no machine's doing unless it throws; report the cluster above)",
    ];

    /// <summary>Simulates the clusters of the seeds from <paramref name="seed"/> on.</summary>
    /// <exception cref="StateMachinePropertyException">One of them broke a rule; the message shows the smallest
    /// cluster that was found to break it too.</exception>
    public void Try(ulong seed)
    {
        for (var number = 0; number < clusters; number++)
        {
            var plan = ClusterPlans.Of(unchecked(seed + (ulong)number));
            if (Run(plan).Violation is { } violation)
            {
                throw Report(seed, number, new Minimizer(Run, Effort).Reduce(plan, violation));
            }
        }
    }

    private SimulationResult Run(SimulationPlan plan) => Simulator.Run(plan, new() { Workload = workload });

    private StateMachinePropertyException Report(ulong seed, int number, MinimizedPlan minimized)
    {
        var violation = minimized.Violation;
        List<string> lines =
        [
            $"{name} breaks the contract of state machines.",
            $"  Rule: {Claim}",
            $"  Smallest cluster found (made of cluster {number + 1} of {clusters}):",
            .. Indent(SimulationScript.Write(minimized.Plan)),
            $"  What broke, after {violation.At.TotalSeconds:F3} s: {violation.Property}",
            .. Indent(violation.Text),
            "  Usual causes:",
            .. UsualCauses.Select(cause => $"    - {cause}"),
            $"  To see it again: new StateMachinePropertiesOptions {{ Seed = {seed} }}",
        ];
        return new(
            string.Join(Environment.NewLine, lines), nameof(LinearizableClusters), minimized.Plan.Faults.Count, null);
    }

    private static IEnumerable<string> Indent(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"    {line.TrimEnd('\r')}");
}
