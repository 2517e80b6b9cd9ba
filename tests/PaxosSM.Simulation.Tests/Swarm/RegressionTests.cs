using PaxosSM.Testing.Simulation;

namespace PaxosSM.Simulation.Tests.Swarm;

/// <summary>What broke once stays whole: each script of the folder Regressions.</summary>
public sealed class RegressionTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Regressions");

    public static TheoryData<string> Scripts() =>
        [.. Directory.GetFiles(Folder, "*.txt").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void What_broke_once_holds(string script)
    {
        var plan = SimulationScript.Parse(File.ReadAllText(Path.Combine(Folder, script)));

        Assert.Null(FairPlan.Problem(plan));
        var violation = Simulator.Run(plan).Violation;

        Assert.True(violation is null, $"{violation?.Property} at {violation?.At}: {violation?.Text}");
    }
}
