using System.Diagnostics;

namespace PaxosSM.Hosting.Tests;

/// <summary>A cluster of sums of which a part is lost for ever, and an operator's hands.</summary>
internal sealed class ForceRig : IDisposable
{
    public const string Cluster = "forced";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Folder { get; } = Directory.CreateTempSubdirectory("paxossm-test-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static async Task LoadAsync(PaxosCluster cluster, int commands)
    {
        await using var client = cluster.CreateClient();
        for (var number = 1; number <= commands; number++)
        {
            await client.ExecuteAsync(SumMachine.Add(number));
        }
    }

    /// <summary>Waits until the nodes themselves have come to a sum.</summary>
    public static async Task KeepUpAsync(
        PaxosCluster cluster, int[] indexes, long sum, GroupId? group = null)
    {
        foreach (var index in indexes)
        {
            var node = cluster.Nodes[index]!;
            await using var client = group is { } other ? node.Groups.CreateClient(other) : node.CreateClient();
            var began = Stopwatch.GetTimestamp();
            while (SumMachine.Read((await client.QueryAsync(default, ReadConsistency.Local)).Result) != sum)
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{node.Name} did not come to {sum}");
                await Task.Delay(10);
            }
        }
    }

    public static async Task StopAllAsync(PaxosCluster cluster)
    {
        for (var index = 0; index < cluster.Nodes.Count; index++)
        {
            await cluster.StopNodeAsync(index);
        }
    }

    public static async Task<ForcePlan> CollectAsync(PaxosCluster cluster, int[] survivors)
    {
        string[] names = [.. survivors.Select(index => OptionsOf(cluster, index).Self)];
        List<ForceReport> reports = [];
        foreach (var index in survivors)
        {
            reports.Add(await ClusterForce.CollectAsync(OptionsOf(cluster, index), names));
        }

        return ForcePlan.Of(reports);
    }

    public static async Task ApplyAsync(PaxosCluster cluster, int[] survivors, ForcePlan plan)
    {
        foreach (var index in survivors)
        {
            await ClusterForce.ApplyAsync(OptionsOf(cluster, index), plan, plan.Fork);
        }
    }

    public static PaxosOptions OptionsOf(PaxosCluster cluster, int index)
    {
        var name = ((char)('a' + index)).ToString();
        PaxosOptions options = new() { Cluster = Cluster, Self = name, Data = cluster.DataOf(index) };
        for (var member = 0; member < cluster.Addresses.Count; member++)
        {
            options.Members.Add(new(((char)('a' + member)).ToString(), cluster.Addresses[member]));
        }

        return options;
    }

    public Task<PaxosCluster> StartAsync(int replicas, bool snapshots) =>
        PaxosCluster.StartEmbeddedAsync<SumMachine>(
            replicas,
            new()
            {
                Cluster = Cluster,
                Data = Path.Combine(Folder, "data"),
                GroupMachines = _ => new SumMachine(),
                Configure = options =>
                {
                    if (snapshots)
                    {
                        options.Snapshots = options.Snapshots with { SlotsMax = 20 };
                        options.Protocol = options.Protocol with { TrimTailSlots = 5 };
                    }
                },
            });
}
