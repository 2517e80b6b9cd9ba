using PaxosSM.Hosting;
using PaxosSM.RedisKv.CommandLine;

namespace PaxosSM.RedisKv.Hosting;

/// <summary>Carries out one step of an operator who takes a cluster on without its quorum (R33).</summary>
internal static class ForceRun
{
    /// <summary>Runs it.</summary>
    /// <returns>0 when it is done, 1 when it can't be.</returns>
    public static async Task<int> RunAsync(ForceArguments arguments)
    {
        try
        {
            await Console.Out.WriteLineAsync(await StepAsync(arguments).ConfigureAwait(false)).ConfigureAwait(false);
            return 0;
        }
        catch (Exception failed) when (failed is PaxosConfigurationException or IOException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(failed.Message).ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task<string> StepAsync(ForceArguments arguments)
    {
        var node = arguments.Node;
        switch (arguments.Step)
        {
            case "collect":
                var report = await ClusterForce.CollectAsync(node, arguments.Survivors).ConfigureAwait(false);
                await File.WriteAllBytesAsync(arguments.To, report.Encode()).ConfigureAwait(false);
                return $"{node.Self} is held still, and its report is in {arguments.To}: with those of all survivors, "
                    + "'force plan' shows what will be";
            case "plan":
                return (await ReadAsync(arguments.Reports).ConfigureAwait(false)).ToString();
            case "apply":
                var plan = await ReadAsync(arguments.Reports).ConfigureAwait(false);
                await ClusterForce.ApplyAsync(node, plan, arguments.Fork).ConfigureAwait(false);
                return $"{node.Self} is in fork {plan.Fork}: start it once all survivors are";
            default:
                await ClusterForce.AbandonAsync(node).ConfigureAwait(false);
                return $"{node.Self} may be started again, as if nothing had been";
        }
    }

    private static async Task<ForcePlan> ReadAsync(IReadOnlyList<string> files)
    {
        List<ForceReport> reports = [];
        foreach (var file in files)
        {
            reports.Add(ForceReport.Decode(await File.ReadAllBytesAsync(file).ConfigureAwait(false)));
        }

        return ForcePlan.Of(reports);
    }
}
