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
    public async Task A_hosted_group_is_backed_up_by_itself_and_begins_no_cluster()
    {
        EmbeddedOptions hosting = new() { GroupMachines = _ => new SumMachine() };
        await using (var cluster = await PaxosCluster.StartEmbeddedAsync<SumMachine>(options: hosting))
        {
            var group = await cluster.Nodes[0]!.Groups.CreateAsync("one");
            await using var client = cluster.Nodes[0]!.Groups.CreateClient(group.Id);
            await RestoreRig.AddAsync(client, 30);
            await using var first = cluster.CreateClient();
            await RestoreRig.AddAsync(first, 3);

            // Any node that has applied it: this one answered the client.
            var made = await new ClusterBackup(cluster.Nodes[0]!, group.Id).SaveAsync(_rig.Backup);
            Assert.Equal(group.Id, made.Group);
            var read = await BackupFile.VerifyAsync(_rig.Backup);
            Assert.Equal((made.Id, made.Group, made.Slot, made.Chain), (read.Id, read.Group, read.Slot, read.Chain));
            Assert.True(made.Slot >= new Slot(30), $"{made}");
            Assert.NotEqual(GroupId.Default, made.Group);

            Assert.True(await cluster.Nodes[0]!.Groups.RemoveAsync("one"));
            var gone = Assert.Throws<PaxosException>(
                () => { _ = new ClusterBackup(cluster.Nodes[0]!, group.Id).WriteAsync(Stream.Null); });
            Assert.Contains($"has no {group.Id}", gone.Message, StringComparison.Ordinal);
        }

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => _rig.RestoreAsync(1));
        Assert.Contains("only a backup of the first group", $"{refused}", StringComparison.Ordinal);
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
