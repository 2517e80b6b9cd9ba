using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PaxosSM.Takeover;

namespace PaxosSM.Hosting;

/// <summary>How a cluster goes on without a quorum, from what its survivors hold (R33): a function of their reports, so
/// that whoever makes it makes the same.</summary>
public sealed class ForcePlan
{
    private ForcePlan(IReadOnlyList<ForceReport> reports)
    {
        Reports = reports;
        Before = reports[0].Fork;
        Fork = ForkOf(reports);
        Groups = SurvivorHoldings.EndsOf([.. reports.Select(report => report.Holdings)], Fork.Value);
        Problem = Groups.FirstOrDefault(end => end.Problem is not null) is { } stuck ? $"{stuck.Group}: {stuck.Problem}"
            : Groups.Any(end => end.IsForced) ? null
            : "the survivors are a quorum of every group: nothing needs to be forced; give the act up (force abandon), "
                + "start them, and remove the members that are lost";
    }

    /// <summary>What it was made of, in the order of the survivors' numbers.</summary>
    public IReadOnlyList<ForceReport> Reports { get; }

    /// <summary>The fork that is taken leave of.</summary>
    public ForkId Before { get; }

    /// <summary>The fork that the plan begins: saying it is the operator's word that this very plan be carried
    /// out.</summary>
    public ForkId Fork { get; }

    /// <summary>How each group goes on.</summary>
    public IReadOnlyList<ForcedEnd> Groups { get; }

    /// <summary>Why it can't, or need not, be carried out; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>Makes the plan.</summary>
    /// <param name="reports">The reports of all survivors, in any order.</param>
    /// <exception cref="PaxosConfigurationException">They do not belong together; the message says which.</exception>
    public static ForcePlan Of(IReadOnlyList<ForceReport> reports)
    {
        if (reports.Count == 0)
        {
            throw new PaxosConfigurationException("a plan needs the reports of all survivors, and there are none");
        }

        ForceReport[] ordered = [.. reports.OrderBy(report => report.Node, StringComparer.Ordinal)];
        var first = ordered[0];
        foreach (var report in ordered)
        {
            if (report.Cluster != first.Cluster || report.Fork != first.Fork)
            {
                throw new PaxosConfigurationException(
                    $"the report of {report.Node} is of cluster '{report.ClusterName}', fork {report.Fork}, and that "
                    + $"of {first.Node} is of '{first.ClusterName}', fork {first.Fork}: they have no common history");
            }

            if (!report.Survivors.SequenceEqual(ordered.Select(each => each.Node), StringComparer.Ordinal))
            {
                throw new PaxosConfigurationException(
                    $"{report.Node} was told that {string.Join(", ", report.Survivors)} survive, and here are the "
                    + $"reports of {string.Join(", ", ordered.Select(each => each.Node))}: every survivor must be told "
                    + "the same names, and all their reports are needed, each once");
            }
        }

        return new(ordered);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        StringBuilder text = new($"fork {Before} ends, fork {Fork} begins, with {string.Join(", ", Names)}");
        foreach (var end in Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Describe(end)}");
        }

        foreach (var group in Reports.SelectMany(report => report.Unknown).Distinct())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{group}: left as it is, nothing tells its members");
        }

        return text.Append(Problem is null ? string.Empty : $"\nThis can't be carried out: {Problem}").ToString();
    }

    private IEnumerable<string> Names => Reports.Select(report => report.Node);

    private static string Describe(ForcedEnd end)
    {
        var before = string.Join(", ", end.Before.Configuration.Members.Select(member => member.Name));
        if (end.Problem is { } problem)
        {
            return $"{end.Group}: {end.Before} ({before}): {problem}";
        }

        if (end.Next is not { } next)
        {
            return $"{end.Group}: {end.Before} ({before}) has a quorum among the survivors, and goes on as it is";
        }

        var after = string.Join(", ", next.Configuration.Members.Select(member => $"{member.Name} {member.Roles}"));
        var lost = end.LostThrough > Slot.Zero
            ? $"chosen commands are lost, of slots up to {end.LostThrough} at least"
            : "commands that were acknowledged later are lost, if there were any";
        var excluded = end.Excluded.Count == 0
            ? string.Empty
            : $"; {string.Join(", ", end.Excluded.Select(member => member.Name))} let go what nobody holds, and must "
                + "come back with an empty folder";
        return $"{end.Group}: {end.Before} ({before}) ends at {next.Base}, of which {end.Held} are held as chosen and "
            + $"{end.Values.Count - 1} follow by the survivors' votes; {lost}; {next.Epoch}: {after}{excluded}";
    }

    private static ForkId ForkOf(IReadOnlyList<ForceReport> reports)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var report in reports)
        {
            digest.AppendData(report.Id.ToByteArray());
        }

        return new(Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(digest.GetHashAndReset())));
    }
}
