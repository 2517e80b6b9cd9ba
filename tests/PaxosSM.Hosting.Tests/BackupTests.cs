using PaxosSM.Client;
using PaxosSM.Storage;

namespace PaxosSM.Hosting.Tests;

/// <summary>Backups of whole nodes: over the wire, of what is left of a cluster, and on a disk that fails.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly RestoreRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_backup_comes_over_the_wire_from_a_node_that_can_make_one()
    {
        await using var cluster = await PaxosCluster.StartEmbeddedAsync(() => new LargeMachine(3_000_000));
        await using (var client = cluster.CreateClient())
        {
            await client.ExecuteAsync(new byte[] { 1 });
        }

        await cluster.StopNodeAsync(0);
        TcpChannelOptions options = new()
        {
            Cluster = ClusterName.Digest("embedded"), Endpoints = cluster.Addresses,
        };
        var info = await BackupFile.SaveAsync(
            _rig.Backup,
            (file, token) => new BackupConnection(options).RunAsync(GroupId.Default, file, null, token));
        Assert.True(info.Length > 3_000_000, $"{info}");
        Assert.Equal(cluster.Nodes[1]!.Identity!.Fork, info.Fork);

        // A disk that is full here is told as that, and no other node is asked.
        var full = await Assert.ThrowsAsync<IOException>(() => new BackupConnection(options).RunAsync(
            GroupId.Default, new MemoryStream(new byte[1000]), null, CancellationToken.None));
        Assert.Contains("can't be written", full.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_survivor_holds_is_saved_and_restored_when_a_quorum_is_gone_for_ever()
    {
        long sum;
        await using (var lost = await PaxosCluster.StartEmbeddedAsync<SumMachine>(replicas: 5))
        {
            await using var client = lost.CreateClient();
            await RestoreRig.AddAsync(client, 100);
            var survivor = lost.LeaderIndex!.Value;
            for (var index = 0; index < 5; index++)
            {
                if (index != survivor)
                {
                    await lost.StopNodeAsync(index);
                }
            }

            // A hundred were acknowledged, by the leader, which applied them before.
            await new ClusterBackup(lost.Nodes[survivor]!).SaveAsync(_rig.Backup);
        }

        await using var restored = await _rig.RestoreAsync(3);
        await using var late = restored.CreateClient();
        sum = await RestoreRig.SumAsync(late);
        Assert.Equal(100, sum);
        await RestoreRig.AddAsync(late, 10);
        Assert.Equal(110, await RestoreRig.SumAsync(late));
    }

    [Fact]
    public async Task A_backup_that_can_not_be_made_says_why()
    {
        await using PaxosNode node = new(new(), () => new SumMachine());
        var early = Assert.Throws<PaxosException>(() => { _ = new ClusterBackup(node).WriteAsync(Stream.Null); });
        Assert.Contains("not started", early.Message, StringComparison.Ordinal);
        await using var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(replicas: 1);
        var nowhere = Path.Combine(_rig.Folder, "missing", "backup");
        await Assert.ThrowsAnyAsync<IOException>(() => new ClusterBackup(cluster.Leader!).SaveAsync(nowhere));
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ClusterBackup(cluster.Leader!).SaveAsync(_rig.Backup, null, cancelled.Token));
        Assert.False(File.Exists(_rig.Backup));
    }
}
