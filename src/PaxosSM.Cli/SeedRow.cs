using System.Globalization;
using System.Text;
using PaxosSM.Testing.Simulation;

namespace PaxosSM.Cli;

/// <summary>One line a run.</summary>
internal static class SeedRow
{
    public const string Header =
        "                seed  members      sim s  real ms   slots commands queries elections hash              "
        + "verdict    faults";

    public static string Of(SeedRun run)
    {
        var counts = run.Result.Counts;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Task.Name,20}  {Layout(run.Task.Plan.Members),-10} {run.Result.Simulated.TotalSeconds,7:0.0} "
            + $"{run.Took.TotalMilliseconds,8:0} {Count("slots"),7} {Count("commands"),8} {Count("queries"),7} "
            + $"{Count("elections"),9} {run.Result.EventHash:x16}  {Verdict(run.Result),-9}  {Faults(run.Task.Plan)}");

        long Count(string name) => counts.GetValueOrDefault(name);
    }

    /// <summary>A letter a member: A for all roles, else the roles' first letters, small: <c>A A al p</c>.</summary>
    public static string Layout(IReadOnlyList<MemberRoles> members)
    {
        var text = new StringBuilder();
        for (var from = 0; from < members.Count;)
        {
            var alike = members.Skip(from).TakeWhile(roles => roles == members[from]).Count();
            _ = text.Append(text.Length > 0 ? "," : string.Empty)
                .Append(CultureInfo.InvariantCulture, $"{alike}{Letters(members[from])}");
            from += alike;
        }

        return text.ToString();
    }

    /// <summary>How many faults of each kind, in short: <c>crash 3, cut 2</c>.</summary>
    public static string Faults(SimulationPlan plan) => string.Join(", ", plan.Faults
        .GroupBy(fault => FaultKind.Of(fault).Name)
        .OrderBy(kind => kind.Key, StringComparer.Ordinal)
        .Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Key} {kind.Count()}")));

    private static string Verdict(SimulationResult result) => result.Violation is null ? "holds" : "VIOLATION";

    private static string Letters(MemberRoles roles) => roles == MemberRoles.All
        ? "A"
        : (roles.HasFlag(MemberRoles.Proposer) ? "p" : string.Empty)
            + (roles.HasFlag(MemberRoles.Acceptor) ? "a" : string.Empty)
            + (roles.HasFlag(MemberRoles.Learner) ? "l" : string.Empty);
}
