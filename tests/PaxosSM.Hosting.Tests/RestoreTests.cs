using PaxosSM.Storage;

namespace PaxosSM.Hosting.Tests;

/// <summary>Backups under load, and clusters that are restored from them (R12, R33), on whole nodes over TCP.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly RestoreRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task After_total_loss_new_machines_hold_an_acknowledged_prefix_of_what_was_backed_up_under_load(
        int machines)
    {
        long before;
        long sum;
        long after;
        BackupInfo backup;
        await using (var lost = await PaxosCluster.StartEmbeddedAsync<SumMachine>())
        {
            await using var client = lost.CreateClient();
            using CancellationTokenSource stop = new();
            var acknowledged = 0L;
            var load = AddUntil(client, () => Interlocked.Increment(ref acknowledged), stop.Token);
            await RestoreRig.Eventually(() => Interlocked.Read(ref acknowledged) > 50);
            before = Interlocked.Read(ref acknowledged);
            backup = await new ClusterBackup(lost.Leader!).SaveAsync(_rig.Backup);
            after = Interlocked.Read(ref acknowledged);
            await RestoreRig.Eventually(() => Interlocked.Read(ref acknowledged) > after + 50);
            await stop.CancelAsync();
            after = await load;
        }

        var verified = await BackupFile.VerifyAsync(_rig.Backup);
        Assert.Equal((backup.Id, backup.Slot, backup.Length), (verified.Id, verified.Slot, verified.Length));
        await using var restored = await _rig.RestoreAsync(machines);
        await using var late = restored.CreateClient();
        sum = await RestoreRig.SumAsync(late);
        Assert.InRange(sum, before, after);
        await RestoreRig.Eventually(() => restored.Nodes.All(node => node!.Status?.Epoch?.Epoch == new Epoch(2)));
        Assert.All(restored.Nodes, node => Assert.Equal(backup.Slot, node!.Status!.Epoch!.Base));
        var added = await late.ExecuteAsync(SumMachine.Add(1000));
        Assert.Equal(sum + 1000, SumMachine.Read(added.Result));
        Assert.True(added.Slot > backup.Slot);
    }

    [Fact]
    public async Task Members_restart_after_a_restore_without_the_backup_and_newcomers_learn_from_them()
    {
        await _rig.MakeBackupAsync(100);
        await using var restored = await _rig.RestoreAsync(3);
        await using var client = restored.CreateClient();
        await RestoreRig.AddAsync(client, 10);
        File.Delete(_rig.Backup);
        for (var index = 0; index < 3; index++)
        {
            await restored.StopNodeAsync(index);
        }

        // One lost its snapshots: it learns from the others what it lacks, in the restored epoch only (R12).
        Directory.Delete(Path.Combine(restored.DataOf(0), "snapshots"), recursive: true);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(index => restored.StartNodeAsync(index)));
        await RestoreRig.AddAsync(client, 10);
        Assert.Equal(120, await RestoreRig.SumAsync(client));
        await RestoreRig.Eventually(() => restored.Nodes[0]!.Status!.Applied == restored.Leader?.Status!.Applied);

        await using var joining = Joining(restored);
        MembershipChange change = new()
        {
            Add = [new(new(3), "d", joining.Bind().ToString(), MemberRoles.All, StorageId.None)],
        };
        await joining.StartAsync();
        var changed = await new ClusterAdmin(restored.Leader!).ChangeAsync(change);
        Assert.Equal((string.Empty, 3u), (changed.Text, changed.Epoch?.Epoch.Number));
        await RestoreRig.Eventually(() => joining.Status?.Roles == MemberRoles.All);
        Assert.Equal(restored.Leader!.Identity!.Fork, joining.Identity!.Fork);
    }

    [Fact]
    public async Task A_session_goes_on_what_was_applied_is_not_applied_again_and_what_was_lost_leaves_a_gap()
    {
        await using var lost = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { Cluster = "sessions", Data = Path.Combine(_rig.Folder, "lost") });
        await using RawSession session = new(ClusterName.Digest("sessions"), lost.Addresses);
        await session.OpenAsync();
        Assert.Equal((PaxosError.None, 5), await session.AddAsync(1, 5));
        await new ClusterBackup(lost.Leader!).SaveAsync(_rig.Backup);
        Assert.Equal((PaxosError.None, 12), await session.AddAsync(2, 7));
        for (var index = 0; index < 3; index++)
        {
            await lost.StopNodeAsync(index);
        }

        await using var restored = await _rig.RestoreAsync(3, "sessions", lost.Addresses);
        Assert.Equal((PaxosError.None, 5), await session.AddAsync(1, 5));
        Assert.Equal((PaxosError.SessionGap, 0), await session.AddAsync(3, 9));
        Assert.Equal((PaxosError.None, 12), await session.AddAsync(2, 7));
        Assert.Equal((PaxosError.None, 21), await session.AddAsync(3, 9));

        // No session of the lost cluster has the number of one that is opened here.
        await using RawSession other = new(ClusterName.Digest("sessions"), restored.Addresses);
        await other.OpenAsync();
        Assert.True(other.Id.Value > 1L << 32, $"{other.Id}");
    }

    [Fact]
    public async Task A_client_that_met_the_cluster_before_is_told_that_it_was_restored()
    {
        await using var lost = await PaxosCluster.StartEmbeddedAsync<SumMachine>(
            options: new() { Cluster = "clients", Data = Path.Combine(_rig.Folder, "lost") });
        await using var client = lost.CreateClient(new() { Timeout = TimeSpan.FromSeconds(2) });
        await RestoreRig.AddAsync(client, 10);
        await new ClusterBackup(lost.Leader!).SaveAsync(_rig.Backup);
        for (var index = 0; index < 3; index++)
        {
            await lost.StopNodeAsync(index);
        }

        await using var restored = await _rig.RestoreAsync(3, "clients", lost.Addresses);
        var refused = await Assert.ThrowsAsync<PaxosException>(
            async () => await client.ExecuteAsync(SumMachine.Add(1)));
        Assert.Contains("restored or forced", refused.Message, StringComparison.Ordinal);
        await using var late = restored.CreateClient();
        Assert.Equal(10, await RestoreRig.SumAsync(late));
    }

    private PaxosNode Joining(PaxosCluster cluster)
    {
        PaxosOptions options = new()
        {
            Cluster = "embedded", Self = "d", Data = Path.Combine(_rig.Folder, "d"), Listen = "127.0.0.1:0",
        };
        for (var index = 0; index < 3; index++)
        {
            options.Members.Add(new(cluster.Nodes[index]!.Name, cluster.Addresses[index]));
        }

        options.Members.Add(new("d", "127.0.0.1:1", Joins: true));
        return new(options, () => new SumMachine());
    }

    // Every result is the sum so far: one lost, doubled or out of order would show at once.
    private static async Task<long> AddUntil(IPaxosClient client, Action acknowledged, CancellationToken stop)
    {
        await using var stream = await client.OpenStreamAsync(CancellationToken.None);
        var added = 0L;
        while (!stop.IsCancellationRequested)
        {
            var result = await stream.ExecuteAsync(SumMachine.Add(1), CancellationToken.None);
            Assert.Equal(++added, SumMachine.Read(result.Result));
            acknowledged();
        }

        return added;
    }
}
