using PaxosSM.Runtime;
using PaxosSM.Runtime.Groups;
using PaxosSM.Storage;

namespace PaxosSM.Hosting.Tests;

/// <summary>Clusters that host groups of sums, and which of their nodes have a backup.</summary>
internal sealed class GroupRestoreRig : IDisposable
{
    private readonly RestoreRig _rig = new();

    /// <summary>Of each node that has one, by its name: where its backup is.</summary>
    public Dictionary<string, string> Held { get; } = [];

    public string Folder => _rig.Folder;

    public string Backup => _rig.Backup;

    public void Dispose() => _rig.Dispose();

    public Task<PaxosCluster> StartAsync() => PaxosCluster.StartEmbeddedAsync<SumMachine>(options: new()
    {
        GroupMachines = _ => new SumMachine(),
        GroupBackups = (data, _) => Held.GetValueOrDefault(Path.GetFileName(data)),
    });

    public static async Task<GroupInfo> MakeAsync(PaxosCluster cluster, int sum)
    {
        var group = await cluster.Nodes[0]!.Groups.CreateAsync("accounts");
        await using var client = cluster.Nodes[0]!.Groups.CreateClient(group.Id);
        await RestoreRig.AddAsync(client, sum);
        return group;
    }

    public static async Task<long> AddOneAsync(PaxosCluster cluster, GroupId group)
    {
        await using var client = cluster.CreateClient(new() { Group = group });
        return SumMachine.Read((await client.ExecuteAsync(SumMachine.Add(1))).Result);
    }

    public static async Task<GroupId> ChooseAsync(PaxosCluster cluster, GroupInfo lost, BackupInfo backup)
    {
        GroupRestoration restores = new(backup.Id, lost.Id, backup.Epoch.Epoch, backup.Slot, backup.Fork);
        var command = GroupCatalog.Create("restored", string.Empty, lost.Founders, restores);
        await using var catalog = cluster.CreateClient(new() { Group = GroupCatalog.Id });
        return GroupCatalog.ReadResult((await catalog.ExecuteAsync(command)).Result.Span).Group;
    }

    // Every result is the sum so far: one lost, doubled or out of order would show at once.
    public async Task<(BackupInfo Backup, long Before, long After)> BackUpUnderLoadAsync(
        PaxosCluster cluster, GroupId group)
    {
        await using var client = cluster.Nodes[0]!.Groups.CreateClient(group);
        using CancellationTokenSource stop = new();
        var acknowledged = 0L;
        var load = AddAsync();
        await RestoreRig.Eventually(() => Interlocked.Read(ref acknowledged) > 50);
        var before = Interlocked.Read(ref acknowledged);
        var backup = await new ClusterBackup(cluster.Nodes[0]!, group).SaveAsync(Backup);
        var after = Interlocked.Read(ref acknowledged) + 1;
        await RestoreRig.Eventually(() => Interlocked.Read(ref acknowledged) > after + 50);
        await stop.CancelAsync();
        await load;
        return (backup, before, after);

        async Task AddAsync()
        {
            await using var stream = await client.OpenStreamAsync(CancellationToken.None);
            while (!stop.IsCancellationRequested)
            {
                var result = await stream.ExecuteAsync(SumMachine.Add(1), CancellationToken.None);
                Assert.Equal(1000 + Interlocked.Increment(ref acknowledged), SumMachine.Read(result.Result));
            }
        }
    }

    public static async Task RestartAsync(PaxosCluster cluster, GroupId group, Action? meanwhile = null)
    {
        for (var index = 0; index < 3; index++)
        {
            await cluster.StopNodeAsync(index);
        }

        meanwhile?.Invoke();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(index => cluster.StartNodeAsync(index)));
        await EverywhereAsync(cluster, group, _ => true);
    }

    public static Task EverywhereAsync(
        PaxosCluster cluster, GroupId group, Func<ReplicaStatus, bool> holds) =>
        RestoreRig.Eventually(() => cluster.Nodes.All(node =>
            node!.Ready.IsCompletedSuccessfully
            && node.Groups.StatusOf(group) is { Epoch: not null } status
            && holds(status)));
}
